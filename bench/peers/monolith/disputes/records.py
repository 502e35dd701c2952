"""The second form: what Linli writes besides, in the same transaction."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from bench.peers.monolith.disputes.models import AuditEntry, Dispute, KeptAnswer, OutboxEvent, Step
from bench.peers.monolith.disputes.services import WrongState

View = Callable[..., Response]


def command(view: View) -> View:
    """A change in one transaction; in the second form, one that was made before under its key is not made again."""

    @wraps(view)
    @transaction.atomic
    def done(self: Any, request: Any, *arguments: Any, **named: Any) -> Response:
        if settings.RECORDS:
            return _once(request, partial(view, self, request, *arguments, **named))
        return view(self, request, *arguments, **named)

    return done


def note(dispute: Dispute, step: str, event_type: str, account: Any, now: datetime) -> None:
    """The fact in the outbox, the step, and who did it; nothing customarily."""
    if not settings.RECORDS:
        return
    Step.objects.create(dispute=dispute, version=dispute.version, step=step, taken_at=now)
    data = {"dispute_id": dispute.pk, "category": dispute.category, "relation": dispute.relation}
    envelope = {
        "specversion": "1.0",
        "source": "monolith",
        "type": event_type,
        "subject": dispute.pk,
        "time": now,
        "area": dispute.area_id,
        "version": dispute.version,
        "data": data | {"grid_unit_id": dispute.grid_unit_id, "registered_at": dispute.registered_at},
    }
    OutboxEvent.objects.create(type=event_type, subject=dispute.pk, envelope=envelope)
    AuditEntry.objects.create(
        actor=account.username, action=event_type, target=f"dispute/{dispute.pk}", area=dispute.area_id, at=now
    )


def _once(request: Any, run: Callable[[], Response]) -> Response:
    key = request.headers.get("Idempotency-Key")
    if not key:
        raise ValidationError({"Idempotency-Key": "is required"})
    asked = hashlib.sha256(f"{request.method} {request.path} {request.data!r}".encode()).hexdigest()
    before = KeptAnswer.objects.filter(account=request.user, key=key).first()
    if before is not None:
        return _again(before, asked)
    answer = run()
    KeptAnswer.objects.create(
        account=request.user,
        key=key,
        asked=asked,
        status=answer.status_code,
        answer=answer.data,
        etag=answer["ETag"],
        at=timezone.now(),
    )
    return answer


def _again(before: KeptAnswer, asked: str) -> Response:
    if before.asked != asked:
        raise WrongState("this Idempotency-Key was used for another command")
    return Response(before.answer, before.status, headers={"ETag": before.etag})
