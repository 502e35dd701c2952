"""HTTP: the same five steps, paths, bodies, ETag and If-Match as Linli's."""

from typing import Any

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from bench.peers.monolith.disputes import services
from bench.peers.monolith.disputes.models import Agreement, Dispute, Session
from bench.peers.monolith.disputes.permissions import MayTakeStep
from bench.peers.monolith.disputes.records import command, note
from bench.peers.monolith.disputes.serializers import (
    AgreementSerializer,
    AssignSerializer,
    DisputeSerializer,
    RegisterSerializer,
    SessionSerializer,
)


class StaleVersion(APIException):
    status_code = 412
    default_code = "stale_version"


class VersionRequired(APIException):
    status_code = 428
    default_code = "version_required"


class DisputeViewSet(GenericViewSet):
    queryset = Dispute.objects.all()
    serializer_class = DisputeSerializer
    permission_classes = [IsAuthenticated, MayTakeStep]

    @command
    def create(self, request: Any) -> Response:
        body = self._read(RegisterSerializer)
        if body["area"].code != request.user.area:
            raise PermissionDenied("file in your own community")
        now = timezone.now()
        dispute = services.register(body, request.user, now)
        note(dispute, "register", "dispute.registered", request.user, now)
        return self._shown(dispute, 201)

    @action(detail=True, methods=["post"])
    @command
    def accept(self, request: Any, pk: str) -> Response:
        dispute, now = self._locked(pk), timezone.now()
        services.take_step(dispute, "accept", now)
        dispute.save(update_fields=["state", "version", "due_at"])
        services.count(dispute, now, "accepted")
        note(dispute, "accept", "dispute.accepted", request.user, now)
        return self._shown(dispute)

    @action(detail=True, methods=["post"])
    @command
    def assign(self, request: Any, pk: str) -> Response:
        body = self._read(AssignSerializer)
        dispute, now = self._locked(pk), timezone.now()
        services.take_step(dispute, "assign", now)
        services.name_mediator(dispute, body["mediator_id"])
        dispute.save(update_fields=["state", "version", "due_at", "mediator"])
        note(dispute, "assign", "dispute.assigned", request.user, now)
        return self._shown(dispute)

    @action(detail=True, methods=["post"])
    @command
    def sessions(self, request: Any, pk: str) -> Response:
        dispute, now = self._locked(pk), timezone.now()
        services.take_step(dispute, "sessions", now)
        body = self._read(SessionSerializer, dispute=dispute)
        dispute.session_count += 1
        Session.objects.create(dispute=dispute, number=dispute.session_count, recorded_by=request.user, **body)
        dispute.save(update_fields=["state", "version", "due_at", "session_count"])
        note(dispute, "mediate", "dispute.mediated", request.user, now)
        return self._shown(dispute)

    @action(detail=True, methods=["post"])
    @command
    def resolve(self, request: Any, pk: str) -> Response:
        dispute, now = self._locked(pk), timezone.now()
        services.take_step(dispute, "resolve", now)
        body = self._read(AgreementSerializer, dispute=dispute)
        services.check_both_met(dispute)
        Agreement.objects.create(dispute=dispute, recorded_by=request.user, **body)
        dispute.agreement_form, dispute.closed_at = body["form"], now
        dispute.save(update_fields=["state", "version", "due_at", "agreement_form", "closed_at"])
        services.count(dispute, now, "resolved", days=(now - dispute.registered_at).days)
        services.notify_leaders(dispute, now)
        note(dispute, "resolve", "dispute.resolved", request.user, now)
        return self._shown(dispute)

    def _locked(self, pk: str) -> Dispute:
        """The dispute for a change, at the version the caller has read, if the caller may change it."""
        queryset = self.get_queryset().select_for_update(of=["self"]).select_related("mediator", "grid_unit")
        dispute = get_object_or_404(queryset, pk=pk)
        self.check_object_permissions(self.request, dispute)
        said = self.request.headers.get("If-Match")
        if said is None:
            raise VersionRequired("say which version you have read, in If-Match")
        if said != _etag(dispute):
            raise StaleVersion(f"{dispute.case_number} is at version {dispute.version}")
        return dispute

    def _read(self, shape: Any, **context: Any) -> dict[str, Any]:
        serializer = shape(data=self.request.data, context={**self.get_serializer_context(), **context})
        serializer.is_valid(raise_exception=True)
        body: dict[str, Any] = serializer.validated_data
        return body

    def _shown(self, dispute: Dispute, status: int = 200) -> Response:
        return Response(self.get_serializer(dispute).data, status, headers={"ETag": _etag(dispute)})


def _etag(dispute: Dispute) -> str:
    return f'"{dispute.version}"'
