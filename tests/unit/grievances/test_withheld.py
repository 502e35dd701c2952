"""No text of a joint case holds a name or phone of those whom its dispute is between (信访工作条例 Art. 30, 46)."""

import pytest

from chassis import privacy
from chassis.errors import InvalidInput
from services.grievances.disputes.model import Party, PartyKind, Side
from services.grievances.joint import withheld

SEALER = privacy.Sealer({"test": b"k" * 32}, b"i" * 32)

WANG = Party(Side.APPLICANT, PartyKind.PERSON, "王小明", "13800138000")
OUYANG = Party(Side.RESPONDENT, PartyKind.PERSON, "欧阳锋", "0755-26666666")
OFFICE = Party(Side.RESPONDENT, PartyKind.ORGANISATION, "星海物业服务中心", None)


@pytest.fixture(autouse=True)
def _sealer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "sealer", lambda: SEALER)


@pytest.mark.parametrize(
    "text",
    [
        "王小明家漏水",
        "住户王 小\n明来电",
        "联系13800138000",
        "电话 138-0013-8000，请回电",
        "１３８００１３８０００",
        "+86 138 0013 8000",
        "欧阳锋不同意",
        "0755-26666666",
        "座机26666666",
        "(0755) 2666 6666",
    ],
)
def test_a_name_or_phone_is_found_however_it_is_written(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        withheld.check(withheld.fingerprints([WANG, OUYANG]), question="三栋漏水", answer=text)

    assert [error.pointer for error in refused.value.fields] == ["/answer"]
    assert refused.value.rule == withheld.RULE
    assert not any(word in refused.value.detail for word in ("王小明", "欧阳锋", "138", "2666"))


@pytest.mark.parametrize("text", ["三栋楼道漏水三个月", "小明同学", "王小姐", "1380013800", "2026年4月10日修复"])
def test_what_names_nobody_passes(text: str) -> None:
    withheld.check(withheld.fingerprints([WANG, OUYANG]), question=text)


def test_an_organisation_complained_of_may_be_named_and_one_that_complains_may_not() -> None:
    complaining = Party(Side.APPLICANT, PartyKind.ORGANISATION, "星海物业服务中心", None)

    withheld.check(withheld.fingerprints([WANG, OFFICE]), question="请星海物业服务中心答复")
    with pytest.raises(InvalidInput):
        withheld.check(withheld.fingerprints([complaining]), question="星海物业服务中心反映")


def test_a_name_of_one_character_forbids_no_ordinary_word() -> None:
    withheld.check(withheld.fingerprints([Party(Side.APPLICANT, PartyKind.PERSON, "漏", None)]), question="楼道漏水")
