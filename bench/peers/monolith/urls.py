"""The same paths as Linli's service of disputes."""

from rest_framework.routers import SimpleRouter

from bench.peers.monolith.disputes.views import DisputeViewSet

router = SimpleRouter(trailing_slash=False)
router.register("disputes", DisputeViewSet, basename="dispute")
urlpatterns = router.urls
