"""Who may do what."""

from typing import Any

from rest_framework.permissions import BasePermission

from bench.peers.monolith.disputes.models import Role

ROLES = {
    "create": {Role.RESIDENT, Role.MEDIATOR, Role.OFFICER, Role.LEADER},
    "accept": {Role.MEDIATOR, Role.OFFICER},
    "assign": {Role.OFFICER},
    "sessions": {Role.MEDIATOR, Role.OFFICER},
    "resolve": {Role.MEDIATOR, Role.OFFICER},
}
CONDUCT = {"sessions", "resolve"}
"""By the assigned mediator, or an officer (人民调解法 Art. 19)."""


class MayTakeStep(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return request.user.role in ROLES.get(view.action, set())

    def has_object_permission(self, request: Any, view: Any, dispute: Any) -> bool:
        account = request.user
        if account.area != dispute.area_id or dispute.filed_by_id == account.pk:
            return False
        return view.action not in CONDUCT or account.role == Role.OFFICER or dispute.mediator_id == account.pk
