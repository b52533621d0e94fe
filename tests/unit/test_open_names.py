"""The name list, its cleaning, and finding names in running text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.errors import UserError
from metrics.normalise import normalise
from metrics.open.lists import name_list, read_list, read_titles, write_list
from metrics.open.names import Name, NameList
from metrics.open.outputs import Output
from metrics.open.spelling import loose


def _list(*names: Name, lang: str = "th") -> NameList:
    return NameList(names, "zh", lang)


LONDON = Name("place", ("伦敦", "倫敦"), ("ลอนดอน",), sure=True)
USA = Name("place", ("美国",), ("สหรัฐอเมริกา", "สหรัฐฯ", "USA"), ("美",), sure=True)
TRUMP = Name("person", ("特朗普",), ("ทรัมป์",))
KUBRICK = Name("person", ("库布里克",), ("คูบริก",))


@pytest.mark.parametrize(
    ("name", "text", "how"),
    [
        (LONDON, "เขาเดินทางไปลอนดอนเมื่อวาน", "written"),
        (LONDON, "เขาไป London เมื่อวาน", "latin"),
        (KUBRICK, "ผู้กำกับคูบริค", "spelling"),
        (TRUMP, "ประธานาธิบดีทรัมพ์กล่าว", "spelling"),
        (TRUMP, "ประธานาธิบดี Trump กล่าว", "latin"),
        (USA, "กองทัพสหรัฐฯ", "written"),
    ],
)
def test_a_name_is_found_however_it_is_spelled(name: Name, text: str, how: str) -> None:
    known = _list(name)
    hit = known.find(known.read(normalise(name.source[0]))[0].name, Output(normalise(text), "th"))
    assert hit is not None and hit.how == how
    assert text[hit.start : hit.end] != ""


def test_another_name_is_not_found() -> None:
    known = _list(LONDON, TRUMP)
    output = Output("เขาเดินทางไปปารีสกับบุช", "th")
    assert [known.find(mention.name, output) for mention in known.read("特朗普在伦敦")] == [None, None]


def test_part_of_another_name_or_word_is_no_name() -> None:
    """A longer name that begins with the form, another name that is nearly the form, a word with its letters in it."""
    america = Name("place", ("美国",), ("สหรัฐอเมริกา", "อเมริกา", "มะกัน"), sure=True)
    south = Name("place", ("南美洲",), ("อเมริกาใต้",), sure=True)
    german = Name("language", ("德语",), ("ภาษาเยอรมัน", "เยอรมัน"), sure=True)
    germany = Name("place", ("德国",), ("เยอรมนี",), sure=True)
    known = _list(america, south, german, germany)
    one = {name.name.source[0]: name.name for name in known.read("美国、德语")}
    for text in ("ทวีปอเมริกาใต้", "เขาร่วมกันทำงาน", "ประเทศเยอรมนี"):
        assert all(known.find(name, Output(text, "th")) is None for name in one.values()), text
    for source, text in (("美国", "ไปอเมริกา"), ("美国", "ทวีปอเมริกาใต้และอเมริกา"), ("德语", "พูดภาษาเยอรมัน")):
        assert known.find(one[source], Output(text, "th")) is not None, text


def test_an_army_is_not_found_by_its_country() -> None:
    known = name_list("zh", "th")
    assert known is not None
    army = known.read("俄罗斯军事")[0].name
    assert "กองทัพรัสเซีย" in army.target and "รัสเซีย" not in army.target


def test_traditional_and_simplified_are_one_name() -> None:
    known = _list(LONDON)
    assert known.read("他在倫敦")[0].name.target == known.read("他在伦敦")[0].name.target


def test_a_name_inside_a_longer_foreign_name_is_not_read() -> None:
    known = _list(Name("place", ("斯坦",), ("สตาน",)))
    assert known.read("他毕业于斯坦福") == []
    assert len(known.read("他住在斯坦。")) == 1


def test_a_surname_does_not_count_beside_the_full_name() -> None:
    known = _list(TRUMP, Name("person", ("唐纳德·特朗普",), ("โดนัลด์ ทรัมป์", "ทรัมป์")))
    assert [hit.name.source for hit in known.read("唐纳德·特朗普说，特朗普")] == [("唐纳德·特朗普",)]


def test_what_the_source_bears_out_in_other_words_is_supported() -> None:
    known = _list(USA, LONDON)
    assert known.unsupported("美军撤离", Output("สหรัฐฯ ถอนทหาร", "th")) == []
    assert [hit.name.target[0] for hit in known.unsupported("法军撤离", Output("สหรัฐฯ ถอนทหาร", "th"))] == [
        "สหรัฐอเมริกา"
    ]


@given(st.text(alphabet="กขคทธศษส่้์ะาิีเแ ་ཀཊ aZ9·", max_size=60))
def test_loose_offsets_lie_in_the_text_and_rise(text: str) -> None:
    for lang in ("th", "bo", "en"):
        coarse, where = loose(text, lang)
        assert len(coarse) == len(where)
        assert all(a < b for a, b in pairwise(where)) and all(0 <= i < len(text) for i in where)


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_matching(source: str, text: str) -> None:
    known = name_list("zh", "th")
    assert known is not None
    output = Output(normalise(text), "th")
    for mention in known.read(normalise(source)):
        hit = known.find(mention.name, output)
        assert hit is None or 0 <= hit.start < hit.end <= len(output.text)


@pytest.mark.parametrize(
    ("source", "text", "lang"),
    [
        ("泰国总理访问德国", "นายกรัฐมนตรีไทยเยือนเยอรมนี", "th"),
        ("西藏拉萨", "བོད་ལྗོངས་ལྷ་ས།", "bo"),
        ("北约和欧盟", "นาโตและอียู", "th"),
        ("日本与越南", "ญี่ปุ่นกับเวียดนาม", "th"),
    ],
)
def test_the_shipped_names_hold_both_sides(source: str, text: str, lang: str) -> None:
    known = name_list("zh", lang)
    assert known is not None
    found = known.read(source)
    assert len(found) == 2
    assert all(known.find(hit.name, Output(normalise(text), lang)) for hit in found)


def test_names_of_any_pair_come_from_cldr() -> None:
    known = name_list("en", "lo")
    assert known is not None
    hit = known.read("He flew to Vietnam")[0]
    assert known.find(hit.name, Output("ລາວບິນໄປຫວຽດນາມ", "lo")) is not None


def test_the_list_is_read_from_both_sides() -> None:
    known = name_list("th", "zh")
    assert known is not None
    hit = known.read("กรุงลอนดอน")[-1]
    assert known.find(hit.name, Output("英国首都伦敦", "zh")) is not None


def test_own_names_go_first(tmp_path) -> None:
    own = tmp_path / "mine.tsv"
    own.write_text("person\t张小凡|張小凡\tจาง เสี่ยวฝาน|เสี่ยวฝาน\n", "utf-8")
    known = name_list("zh", "th", own)
    assert known is not None
    assert known.find(known.read("张小凡来了")[0].name, Output("เสี่ยวฝานมาแล้ว", "th")) is not None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("planet\t火星\tดาวอังคาร", "'planet' is unknown"),
        ("place\t\tลอนดอน", "a name is missing"),
        ("伦敦", "a name is missing"),
    ],
)
def test_a_wrong_line_of_a_list_is_named(tmp_path, line: str, told: str) -> None:
    own = tmp_path / "mine.tsv"
    own.write_text(line + "\n", "utf-8")
    with pytest.raises(UserError, match=told):
        read_list(own)


def test_cleaning_keeps_names_and_leaves_common_nouns_out(tmp_path) -> None:
    pytest.importorskip("jieba")
    pytest.importorskip("opencc")
    pytest.importorskip("pypinyin")
    from metrics.open.cleaning import clean

    titles = tmp_path / "titles.tsv"
    titles.write_text(
        "\n".join(
            [
                "zh\tth",
                "德国\tประเทศเยอรมนี",
                "Category:城市\tหมวดหมู่:เมือง",
                "1372年\tพ.ศ. 1915",
                "肺癌\tมะเร็งปอด",
                "真空\tสุญญากาศ",
                "亚当·斯密\tอดัม สมิธ",
                "聖彼得堡\tเซนต์ปีเตอส์เบิร์ก",
                "底格里斯河\tแม่น้ำไทกริส",
                "属 (生物)\tสกุล (ชีววิทยา)",
            ]
        )
        + "\n",
        "utf-8",
    )
    pairs = clean(read_titles(titles), "th")
    by_form = {form: pair for pair in pairs for form in pair.source}
    assert "ประเทศเยอรมนี" in by_form["德国"].target and by_form["德国"].type == "place"
    assert by_form["底格里斯河"].target == ("แม่น้ำไทกริส", "ไทกริส")
    assert by_form["亚当·斯密"].type == "person" and "อดัม สมิธ" in by_form["亚当·斯密"].target
    assert by_form["圣彼得堡"] is by_form["聖彼得堡"]
    assert not {"肺癌", "真空", "属", "1372年", "城市"} & set(by_form)
    out = tmp_path / "names.tsv"
    write_list(out, pairs, "zh", "th", "From my own titles; CC0 1.0.")
    assert {form for name in read_list(out) for form in name.source} == set(by_form)


def test_own_names_that_were_edited_are_read_again(tmp_path) -> None:
    own = tmp_path / "mine.tsv"
    own.write_text("person\t张小凡\tจาง เสี่ยวฝาน\n", "utf-8")
    before = name_list("zh", "th", own)
    own.write_text("person\t张小凡\tเสี่ยวฝาน แซ่จาง\nperson\t陆雪琪\tลู่ เสวี่ยฉี\n", "utf-8")
    after = name_list("zh", "th", own)
    assert before is not None and after is not None
    assert before.read("陆雪琪") == [] and [hit.name.target for hit in after.read("陆雪琪")] == [("ลู่ เสวี่ยฉี",)]
    own.unlink()
    with pytest.raises(UserError, match="cannot be read"):
        name_list("zh", "th", own)
