"""Words are counted in any script, and texts that share shingles become candidates."""

import pytest

from aggregator.stories.shingles import candidates, shared, shingled
from aggregator.stories.syndication import is_copy

CHINESE = (
    "市议会周二晚间以七票对两票通过决议，自明年四月起禁止使用燃油吹叶机。园艺公司表示，电动设备价格昂贵，小企业难以承担。"
    "反对者已宣布将在法庭上对该决定提出异议，市长办公室则拒绝就此发表评论。"
)
CHINESE_ELSEWHERE = (
    "周三上午，一列货运列车在北部山区脱轨，两名乘务员受轻伤。铁路部门正在调查事故原因，预计线路将于周末恢复通车，"
    "部分班次改道。当地居民说，最近几个月来列车速度明显加快，噪音也越来越大。"
)
THAI = (
    "สภาเมืองลงมติเมื่อวันอังคารให้ห้ามใช้เครื่องเป่าใบไม้ที่ใช้น้ำมันตั้งแต่เดือนเมษายนปีหน้า "
    "บริษัทจัดสวนกล่าวว่าอุปกรณ์ไฟฟ้ามีราคาแพงเกินไปสำหรับธุรกิจขนาดเล็ก"
)
HINDI = (
    "नगर परिषद ने मंगलवार को सात के मुकाबले दो मतों से अगले साल अप्रैल से पेट्रोल से चलने वाले पत्ती उड़ाने के यंत्रों पर "
    "रोक लगा दी। बागवानी कंपनियों का कहना है कि बिजली के यंत्र छोटे कारोबारियों के लिए बहुत महंगे हैं और कई लोग काम छोड़ देंगे।"
)


@pytest.mark.parametrize("text", [CHINESE, THAI, HINDI], ids=["chinese", "thai", "hindi"])
def test_a_copy_in_a_script_without_spaces_or_with_vowel_signs_is_found(text: str) -> None:
    assert is_copy(shingled(text), shingled(text[: len(text) * 3 // 4]))


def test_two_texts_of_one_script_are_two_texts() -> None:
    assert not is_copy(shingled(CHINESE), shingled(CHINESE_ELSEWHERE))


def test_vowel_signs_and_accents_do_not_end_a_word_and_two_characters_without_spaces_count_as_one() -> None:
    assert shingled("हिन्दी में लिखा गया").words == 4
    assert shingled("l’été cafe\u0301 don't").words == 3
    assert shingled("禁止使用燃油吹叶机了").words == 5


def test_quotations_and_notices_are_left_aside() -> None:
    said = "The council met on Tuesday and heard from nine speakers before the vote."
    notice = "© 2026 Meridian Wire. All rights reserved."

    plain, quoted = shingled(said), shingled(f"{said} “We shall not be moved by this,” he said.\n{notice}")

    assert (quoted.words, quoted.bare_words) == (plain.words + 9, plain.words + 2)
    assert shared(plain.bare, quoted.bare) == len(plain.bare)


def test_only_texts_that_share_shingles_are_compared() -> None:
    texts = [shingled(text) for text in (CHINESE, HINDI, CHINESE_ELSEWHERE, CHINESE + HINDI)]

    assert candidates(texts).tolist() == [[0, 3], [1, 3]]
    assert candidates([]).tolist() == candidates(texts[:1]).tolist() == []
