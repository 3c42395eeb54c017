"""How text is written before it is compared: one width, one case, simplified, and its pinyin."""

import re
import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

_TRADITIONAL = (
    "臘雞鴨魚蓮棗麵餅醬鹽薑湯豬鵝蝦筍葉紅綠黃靈藥銀飲禮縣鄉華龍鳳寧蘭貢絲藝繡織農業產園場廠瀘漵會東陽"
    "岡連漣樹蘿蔔蘋楊獼檳腸滷鹹風鮮凍優釀壓純穀雜糧豐醃魷鱉鰻鱔鴿蠶繭檸欖橋嶺漁爐鍋燻煙藍紫錦鄧張趙劉陳"
    "頭點書畫紙墨筆瓷銅鐵鋼劍傘竹簍籃編畢節慶壽長質濃優級號盒裝裡條塊顆雙萬幾兩錢貨買賣質廣極無機環保證書"
    "棉紡麻醫護膚髮養補氣血參術歸當關蔘茯蒼黨麥鬥豆腐乾薯蕷蓴薺蕎蔥蒜韭椒薰鵪鶉蛋滿漢侗瑤壯苗"
    "遊憩歡樂體驗館觀賞採摘宿營釣騎馬嚮導親子學習紀念館舊時光陰曆歲齡爺奶媽婦嬰兒"
    "麗濱濟濕淨溫熱涼滋潤澤溝灣湖泉澗濤洞寶庫貴賓廳樓臺檯門開閉關鎖鑰匙鐘錶黒茘戸塩産"
)
_SIMPLIFIED = (
    "腊鸡鸭鱼莲枣面饼酱盐姜汤猪鹅虾笋叶红绿黄灵药银饮礼县乡华龙凤宁兰贡丝艺绣织农业产园场厂泸溆会东阳"
    "冈连涟树萝卜苹杨猕槟肠卤咸风鲜冻优酿压纯谷杂粮丰腌鱿鳖鳗鳝鸽蚕茧柠榄桥岭渔炉锅熏烟蓝紫锦邓张赵刘陈"
    "头点书画纸墨笔瓷铜铁钢剑伞竹篓篮编毕节庆寿长质浓优级号盒装里条块颗双万几两钱货买卖质广极无机环保证书"
    "棉纺麻医护肤发养补气血参术归当关参茯苍党麦斗豆腐干薯蓣莼荠荞葱蒜韭椒熏鹌鹑蛋满汉侗瑶壮苗"
    "游憩欢乐体验馆观赏采摘宿营钓骑马向导亲子学习纪念馆旧时光阴历岁龄爷奶妈妇婴儿"
    "丽滨济湿净温热凉滋润泽沟湾湖泉涧涛洞宝库贵宾厅楼台台门开闭关锁钥匙钟表黑荔户盐产"
)
_SIMPLER = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
"""The characters of our trade; any other traditional one is still found by its pinyin."""

_DROPPED = str.maketrans("", "", "'’‘`´·")
_RUN = re.compile(r"[㐀-䶿一-鿿〇\U00020000-\U0003ffff]+|[a-z0-9]+")


_LEGAL_FORM = re.compile(
    "(?:土家族|苗族|侗族|瑶族)+自治[州县]|股份有限公司|有限责任公司|有限公司|公司"
    "|(?:农民)?专业合作社|股份经济合作社|经济合作社|合作社|家庭农场"
)
"""What many producers and counties are called says nothing about any of them."""


def normalise(text: str) -> str:
    """Half-width, lower case, without accents and apostrophes, in simplified characters."""
    parts = unicodedata.normalize("NFKD", text.translate(_DROPPED)).lower()
    plain = "".join(each for each in parts if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", plain).translate(_DROPPED).translate(_SIMPLER)


def runs(normalised: str) -> list[str]:
    """Its stretches of Chinese characters and of letters and digits; nothing else counts."""
    return _RUN.findall(normalised)


def without_legal_form(text: str) -> str:
    """A producer or a county, without its legal form; a legal form alone stays as it is."""
    return _LEGAL_FORM.sub(" ", text).strip() or text


def is_chinese(run: str) -> bool:
    return not run.isascii()


@lru_cache(maxsize=20_000)
def syllables(run: str) -> tuple[str, ...]:
    """The pinyin of a run by phrase (重阳 is chong), `ü` as `u`; letters are a syllable."""
    if not is_chinese(run):
        return (run,)
    return tuple(each.replace("v", "u") for each in lazy_pinyin(run, errors="ignore") if each)


def typed_sound(letters: str) -> str:
    """Letters as somebody types pinyin: `v` stands for `ü`."""
    return letters.replace("v", "u")
