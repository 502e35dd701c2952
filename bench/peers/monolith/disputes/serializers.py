"""Shapes at the edge, with the rules that one field or one body can be checked for."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from bench.peers.monolith.disputes.models import PHONE, Account, Agreement, Dispute, Division, GridUnit, Session

SIDES = ("applicant", "respondent")


class ApplicantSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=100)
    phone = serializers.CharField(validators=[PHONE])


class RespondentSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(["person", "organisation"])
    name = serializers.CharField(max_length=100)
    phone = serializers.CharField(validators=[PHONE], allow_null=True, default=None)


class RegisterSerializer(serializers.ModelSerializer):
    """A dispute as it is told at intake."""

    area = serializers.PrimaryKeyRelatedField(queryset=Division.objects.all())
    grid_unit_id = serializers.PrimaryKeyRelatedField(
        source="grid_unit", queryset=GridUnit.objects.all(), allow_null=True, default=None
    )
    summary = serializers.CharField(max_length=4000)
    applicant = ApplicantSerializer()
    respondent = RespondentSerializer()

    class Meta:
        model = Dispute
        fields = ["area", "grid_unit_id", "relation", "category", "summary", "applicant", "respondent"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unit = attrs["grid_unit"]
        if unit is not None and unit.area_id != attrs["area"].code:
            raise serializers.ValidationError({"grid_unit_id": f"this place is not in {attrs['area'].code}"})
        return attrs


class AssignSerializer(serializers.Serializer):
    mediator_id = serializers.SlugRelatedField(slug_field="username", queryset=Account.objects.all())


class SessionSerializer(serializers.ModelSerializer):
    """A session that was held."""

    attended = serializers.ListField(child=serializers.ChoiceField(SIDES), max_length=10)

    class Meta:
        model = Session
        fields = ["held_at", "attended", "record"]

    def validate_held_at(self, held_at: datetime) -> datetime:
        if held_at > timezone.now():
            raise serializers.ValidationError("record a session after it was held")
        registered_on = timezone.localdate(self.context["dispute"].registered_at)
        if timezone.localdate(held_at) < registered_on:
            raise serializers.ValidationError(f"must not be before the day of registration, {registered_on}")
        return held_at


class AgreementSerializer(serializers.ModelSerializer):
    """The oral agreement that resolves a dispute (人民调解法 Art. 28, 30)."""

    form = serializers.ChoiceField(["oral"])

    class Meta:
        model = Agreement
        fields = ["form", "terms", "reached_on", "confirmed_by_applicant_on"]
        extra_kwargs = {"confirmed_by_applicant_on": {"required": True, "allow_null": False}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        today = timezone.localdate()
        registered_on = timezone.localdate(self.context["dispute"].registered_at)
        if not registered_on <= attrs["reached_on"] <= today:
            raise serializers.ValidationError({"reached_on": f"must be from {registered_on} to {today}"})
        if not attrs["reached_on"] <= attrs["confirmed_by_applicant_on"] <= today:
            raise serializers.ValidationError({"confirmed_by_applicant_on": f"must be from reached_on to {today}"})
        return attrs


class DisputeSerializer(serializers.ModelSerializer):
    """A dispute without anybody's personal data."""

    mediator_id = serializers.SlugRelatedField(source="mediator", slug_field="username", read_only=True)

    class Meta:
        model = Dispute
        fields = [
            "dispute_id",
            "case_number",
            "area",
            "grid_unit",
            "relation",
            "category",
            "state",
            "version",
            "session_count",
            "mediator_id",
            "agreement_form",
            "registered_at",
            "closed_at",
            "due_at",
        ]
