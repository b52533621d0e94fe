"""Chinese counting words and units: what makes a lone digit word a number."""

from __future__ import annotations

import re

from metrics.reading.calendar_zh import WITHIN, lasting
from metrics.reading.needs import Behind
from metrics.reading.words import _rows

COUNTERS = (
    "人名位个家件项起架辆艘岁所座场天年次倍条种张台部支枚颗只头棵届层间栋幢户批组队轮局周秒米吨克斤亩升桶元块"
    "代级口匹幅本篇段句首章集期季款套副份盘杯瓶根片道门把面声步圈类排行双成折月对群笔宗顿顶束朵剂例票席"
)
# What two neighbouring figures count (三四级, 七八吨); 三四月 are months, 七八折 is a price.
PAIRED = f"[{re.sub('[成折月]', '', COUNTERS)}公里度]|[英海]里|[厘毫平立]|小时|钟头|分钟|季度|星期|礼拜"
NUMBERED = "(?:号(?:线|楼|门|馆|航站楼|码头|公路|高速|文件|机组|种子|[烈强暴][风風]|[风風]球|信号|訊號|訊号|信號)|季度)"
"""What bears a number as its name: an ordinal."""
COUNTED_WORDS = (
    f"连[胜败冠跌涨平负阳阴板霸击]|里[路地]|[毛角]钱|毛[1-9一二三四五六七八九](?![十百千万亿块个名人年岁])|角[1-9一二三四五六七八九]分|{NUMBERED}|"
    "[公厘毫英海平立][里尺寸镑亩斤顷分升米克方]|[美欧日韩港澳加][元币金]|加仑|泰铢|千[克米瓦]|球(?![员队迷场星])"
)
# 三至五亿, 两到三个: the first of two that share what follows; 百分之五至七: the second.
_RANGE_AHEAD = re.compile(rf"(?:至|到|~)[一二两三四五六七八九十]{{1,3}}(?:[百千万亿%成月]|个?百分点|{PAIRED})")
_PERCENT_RANGE = re.compile(r"百分之[0-9.一二三四五六七八九十点]{1,6}(?:至|到|-|~)\Z")
_COUNTED = re.compile(
    rf"\s?(?:{COUNTED_WORDS}|[{COUNTERS}]|小时|分钟|分(?![之布析子别开公支享])|百分点|世纪|华氏|摄氏|度(?!假)|{WITHIN})"
)
# Headlines leave 名 out: 两男子, 四学生溺亡, 两男一女. 大三学生 is of the third year, 五四青年 of the fourth of May.
_WORDS = [row[0].partition("!") for row in _rows("people_zh.tsv")]
_MORE_FIRST = frozenset(word[0] for word, _, _ in _WORDS) | frozenset("角包箱袋罐碗档省县校车机船艇")
_MORE_COUNTED = re.compile(
    "|".join(f"{word}(?![{never}])" if never else word for word, _, never in _WORDS)
    + "|男(?=[一二两三四五六七八九]女)|女(?<=男.女)"
    "|(?<!三)包(?![括含围邮容])|[箱袋罐碗](?![型涵梁式])|档(?![案次])"
    "|省(?![略力钱级会长委政厅内亲])|县(?![长委令城域官])|校(?![长园友区服])"
    "|[车机船艇](?=相撞|追尾|连环|连撞|对撞|碰撞)"
)
_NO_PEOPLE_AFTER = tuple("高大初小研一二两三四五六七八九十百千零〇")
# A lone digit word before these is part of a name or word, whatever follows.
_NOT_AFTER = re.compile(r"(?:周|星期|礼拜|初|双|统|唯|第|之|不|同|某|哪|(?<![连担出历现曾留])任|[0-9])\Z")
# "very", "all the year round", "for a time"
# No number is said by 每一 and 这一, though by 每四年 and 另三人; 这两天 are these days.
_THIS = re.compile(r"[每另这那]一|[这那]两(?:[天年日周月下边面样]|个月)")
_NO_NUMERAL = re.compile(r"十分(?!度|钟(?![爱情]))|四季(?!度)|一度(?!电)")

# 票房破百亿元, 粉丝过百万: what has grown is named before; 经过万里 and 打破百年 are no numbers.
_PASSED = Behind(
    re.compile(
        "(?:票房|[量额]|[人户次总例]数|人次|[市估产]值|粉丝|用户|订单|身价|营收|收入|资产|GDP|利润|规模|客流|热度|人口|存款|[月年]薪|会员|[个個]案|病例)"
        "[已经也就即将均累计总首日全年能有望]{0,6}(?:(?<![打不未没])破|(?<![通度不未没难])(?<!(?<!已)经)过)\\Z"
    )
)
_PASSED_BIG = "(?<=[破过])(?<!突破)(?<!超过)(?:[百千]?[万亿](?![分圣里])|千(?=[元点]))"
PASSED_BIG = re.compile(_PASSED_BIG)
# 90后, 80、90后: those born then; 跌破90后 is a number.
GENERATION = re.compile(r"(?<![0-9.至到达破过超加减乘])(?:[5-9][05]、)?(?:[5-9][05]|0[05])\s?后(?![续来缀面方])")


TAELS = re.compile(r"两(?=[白]?[银金酒肉茶米面油饭]|重)")
"""A weight, with what is weighed."""
_SUM = re.compile(
    r"(?:[0-9.]{0,8}\s?[百千]?[万亿]{1,2}|千)"
    r"(?:[美欧日港]?元|英镑|[美港]币|点(?![击赞评燃名亮])|大关|门槛|关口|(?=[，。、；！？,;!?”」』\s]|\Z))"
)
# 七旬老人: an age; 五旬节 is a feast, 上中下三旬 are days.
AGE = re.compile("(?<!下)(?:六(?=七)|七(?=八)|八(?=九))?(?P<last>[三四五六七八九])旬(?![节期刊斋内])")

# 每斤涨三角, 5角硬币; 三角洲, 八角 and 五角大楼 are no money.
_DIME = re.compile(r"角(?![形星恋债洲场楼龙锥柱膜鲨球色落度标函关裤架旗铁巾区板肌地阀头肉面大戏亭池斗镇路湖峰井羚尖])")
_DIME_AHEAD = re.compile(r"角(?:[硬纸]?币|人民币|[/每一](?:公?斤|度|吨|张|份|只|个|升|公里|次|天|人))")
_DIME_BEFORE = Behind(
    re.compile(
        "(?:每(?:公?斤|千克|度电?|吨|张|份|只|个|枚|件|包|瓶|升|公里|千米|立方米?|平方米|次|天|人|页|条|分钟)"
        "|[涨降跌减加付收罚花售卖贵]|只要|[单票电油]价|面值|面额|现价|原价)了?(?:[为到至约仅]|人民币)?"
        r"(?:[0-9一二两三四五六七八九]\s?[至到-]\s?)?\Z"
    )
)


def passed(text: str, at: int) -> bool:
    """Does a numeral of 万 or 亿 at `at` say what something has passed (票房破10亿元)?"""
    if _PASSED.search(text, max(0, at - 16), at):
        return True
    return text[at - 2 : at - 1] not in tuple("跌不未没难") and sum_passed(text, at)


def sum_passed(text: str, at: int) -> bool:
    """Does a sum behind 破 begin at `at`, up to which or down to which (跌破) something has come?"""
    return text[at - 1 : at] == "破" and text[at - 2 : at - 1] not in tuple("打侦告攻") and bool(_SUM.match(text, at))


def is_dimes(text: str, start: int, end: int) -> bool:
    """Is the 角 behind the number text[start:end] money (每斤涨三角), no corner (三角洲, 五角大楼)?"""
    if _DIME_AHEAD.match(text, end):
        return True
    return _DIME.match(text, end) is not None and _DIME_BEFORE.search(text, max(0, start - 10), start) is not None


def _lone_counts(text: str, at: int, end: int) -> bool:
    """A lone digit word is a number before a counting word or a unit, and as an ordinal (第三)."""
    if _RANGE_AHEAD.match(text, end) and not _NOT_AFTER.search(text, max(0, at - 2), at):
        return True
    if _PERCENT_RANGE.search(text, max(0, at - 10), at):
        return True
    if text[at - 1 : at] == "第" or text[max(0, at - 3) : at] == "百分之" or text[at - 1 : at] == "之":
        return True
    if text[max(0, at - 2) : at] == "之负":  # 百分之负三
        return True
    if _NOT_AFTER.search(text, max(0, at - 2), at) and not (
        text[at - 2 : at] in ("一周", "每周") and text[end : end + 1] == "天"
    ):
        return False
    if text[at - 1 : at + 1] == "两两":
        return False
    if text[at - 1 : at] in tuple("每另这那") and _THIS.match(text, at - 1):
        return False
    if lasting(text, at, end):  # 拘留五日
        return True
    if text[at - 1 : at] in ("天", "日") and text[end : end + 1] in ("夜", "晚"):  # 三天两夜
        return True
    if text[end : end + 1] == "两":  # 六斤七两, 五两银子; 半斤八两 is no weight
        return (text[at - 1 : at] == "斤" and text[at - 2 : at - 1] != "半") or bool(TAELS.match(text, end))
    if text[end : end + 1] == "折" and text[at - 1 : at] in tuple("一二三四五六七八九"):  # 八五折 is 85 %
        return False
    if _NO_NUMERAL.match(text, at):
        return False
    if _COUNTED.match(text, end):
        return not text.startswith(
            ("年级", "月份", "人民", "家村", "里河", "天津", "成群", "例行", "例外", "例会", "席卷"), end
        )
    char = text[end : end + 1]
    if char not in _MORE_FIRST or text[at - 1 : at] in _NO_PEOPLE_AFTER:
        return False
    if char == "角":
        return is_dimes(text, at, end)
    return _MORE_COUNTED.match(text, end) is not None
