"""The tables. What stands after the line of dashes is written in the second form alone."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models

from bench.peers.monolith.disputes.sealing import PersonalText

PHONE = RegexValidator(r"^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?)\Z")


class Role(models.TextChoices):
    RESIDENT = "resident"
    MEDIATOR = "mediator"
    OFFICER = "community_officer"
    LEADER = "grid_leader"


class Account(AbstractUser):
    """Somebody with a role in one community."""

    role = models.CharField(max_length=20, choices=Role)
    area = models.CharField(max_length=12)


class Division(models.Model):
    code = models.CharField(primary_key=True, max_length=12)


class GridUnit(models.Model):
    """A place in a community's grid; `path` leads down to it from the community."""

    grid_unit_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    area = models.ForeignKey(Division, models.PROTECT)
    kind = models.CharField(max_length=12)
    label = models.CharField(max_length=60)
    path = ArrayField(models.UUIDField())


class Leader(models.Model):
    """Who answers for a place, at one of the four levels."""

    grid_unit = models.ForeignKey(GridUnit, models.PROTECT)
    level = models.CharField(max_length=12)
    account = models.ForeignKey(Account, models.PROTECT)
    until = models.DateField(null=True)


class Appointment(models.Model):
    """A mediator in a community's register."""

    account = models.ForeignKey(Account, models.PROTECT)
    area = models.ForeignKey(Division, models.PROTECT)
    term_ends_on = models.DateField()
    ended_on = models.DateField(null=True)


class CaseSerial(models.Model):
    """The last number given in a community and year."""

    area = models.ForeignKey(Division, models.PROTECT)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "year"], name="one_serial")]


class State(models.TextChoices):
    REGISTERED = "registered"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    MEDIATING = "mediating"
    RESOLVED = "resolved"


class Relation(models.TextChoices):
    OWNER_PROPERTY = "owner_property"
    OWNER_OWNER = "owner_owner"
    OWNER_GOVERNMENT = "owner_government"
    PROPERTY_GOVERNMENT = "property_government"


class Category(models.TextChoices):
    PROPERTY_FEE = "property_fee"
    REPAIR = "repair"
    PARKING = "parking"
    NOISE = "noise"
    COMMON_AREA = "common_area"
    WASTE = "waste"
    CONSTRUCTION = "construction"
    OTHER = "other"


class Dispute(models.Model):
    dispute_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    area = models.ForeignKey(Division, models.PROTECT)
    case_number = models.CharField(max_length=40, unique=True)
    grid_unit = models.ForeignKey(GridUnit, models.PROTECT, null=True)
    relation = models.CharField(max_length=40, choices=Relation)
    category = models.CharField(max_length=40, choices=Category)
    summary = PersonalText()
    state = models.CharField(max_length=12, choices=State, default=State.REGISTERED)
    version = models.PositiveIntegerField(default=1)
    session_count = models.PositiveIntegerField(default=0)
    filed_by = models.ForeignKey(Account, models.PROTECT, related_name="filed")
    mediator = models.ForeignKey(Account, models.PROTECT, null=True, related_name="mediates")
    agreement_form = models.CharField(max_length=10, null=True)
    registered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "state", "due_at"]),
            models.Index(fields=["area", "registered_at"]),
        ]


class Party(models.Model):
    """One of the two sides."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="parties")
    side = models.CharField(max_length=10)
    kind = models.CharField(max_length=12)
    name = PersonalText()
    phone = PersonalText(null=True, validators=[PHONE])
    phone_index = models.CharField(max_length=32, null=True, db_index=True)
    account = models.ForeignKey(Account, models.PROTECT, null=True)


class Session(models.Model):
    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="sessions")
    number = models.PositiveIntegerField()
    held_at = models.DateTimeField()
    attended = ArrayField(models.CharField(max_length=10))
    record = PersonalText()
    recorded_by = models.ForeignKey(Account, models.PROTECT)


class Agreement(models.Model):
    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="agreements")
    form = models.CharField(max_length=10)
    terms = PersonalText()
    reached_on = models.DateField()
    confirmed_by_applicant_on = models.DateField(null=True)
    recorded_by = models.ForeignKey(Account, models.PROTECT)


class FiguresOfDay(models.Model):
    """What the board shows of a community's day."""

    area = models.ForeignKey(Division, models.PROTECT)
    day = models.DateField()
    registered = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    resolved = models.PositiveIntegerField(default=0)
    days_to_resolve = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "day"], name="one_day")]


class Notice(models.Model):
    """What one leader is told of a settled dispute."""

    dispute = models.ForeignKey(Dispute, models.CASCADE)
    level = models.CharField(max_length=12)
    recipient = models.ForeignKey(Account, models.PROTECT)
    category = models.CharField(max_length=40)
    place = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)


# ----


class Step(models.Model):
    """What was done with a dispute and when."""

    dispute = models.ForeignKey(Dispute, models.CASCADE)
    version = models.PositiveIntegerField()
    step = models.CharField(max_length=20)
    taken_at = models.DateTimeField()


class OutboxEvent(models.Model):
    """A fact to be sent; nothing here sends it."""

    event_id = models.UUIDField(default=uuid.uuid4, unique=True)
    type = models.CharField(max_length=40)
    subject = models.UUIDField()
    envelope = models.JSONField(encoder=DjangoJSONEncoder)


class AuditEntry(models.Model):
    """Who did what, to what, where and when."""

    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=40)
    target = models.CharField(max_length=80)
    area = models.CharField(max_length=12)
    at = models.DateTimeField()


class KeptAnswer(models.Model):
    """What a command was answered, for who sends it again under the same Idempotency-Key."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    key = models.CharField(max_length=128)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(encoder=DjangoJSONEncoder)
    etag = models.CharField(max_length=20)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_answer")]
