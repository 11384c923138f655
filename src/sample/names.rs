//! Invented names. They sound like Sichuan and mean no one.

use super::layout::Run;
use super::random::Random;
use super::street_class::StreetClass;

const WORDS: &[&str] = &[
    "莲台", "沱湾", "凤岭", "桂香", "松涛", "锦屏", "望江", "竹溪", "石桥", "柑子", "半月", "青龙", "白塔", "紫薇",
    "银杏", "玉带", "翠屏", "云峰", "书院", "文庙", "东升", "西和", "南骏", "北辰", "长虹", "光明", "和顺", "团结",
    "前进", "建新", "工农", "育才", "体育", "园丁", "迎宾", "广福", "永安", "安居", "康乐", "福寿", "槐荫", "芙蓉",
    "海棠", "丹桂", "腊梅", "玉兰", "樱花", "梧桐", "香樟", "黄葛", "榕树", "柳林", "桃源", "杏花", "梨园", "橘子",
    "甘蔗", "油坊", "糖坊", "盐店", "布市", "米市", "鱼市", "茶店", "铁匠", "车城", "轨道", "机务", "水巷", "码头",
    "渡口", "滩头", "河坝", "江湾", "沙嘴", "石梯", "坡上", "垭口", "山湾", "堰塘", "水井", "龙潭", "狮山", "凤鸣",
    "鹤林", "雁溪", "鹿鸣", "麒麟", "金鸡", "白鹤", "晨曦", "朝阳", "夕照", "明月", "星河", "清风", "细雨", "春晖",
    "夏荷", "秋水", "冬青", "四季", "和平", "友谊", "民生", "民主", "复兴", "振兴", "兴隆", "昌盛", "富民", "利民",
    "惠民", "新华", "新民", "新风", "红旗", "红星", "八一", "五四", "三元", "九曲", "百花", "千禧", "万寿", "双桥",
    "双井", "双槐", "七里", "十里", "半边", "后坝", "前山", "上河", "下河", "中坝", "东坪", "西坪", "南坪", "北坪",
    "高桥", "平桥", "瓦窑", "砖窑", "碾子", "水碾", "草堂", "花溪", "梅溪", "兰溪",
];

/// The name of each street, by the index that the layout gave out.
pub struct StreetNames {
    names: Vec<String>,
}

impl StreetNames {
    pub fn new(runs: &[Run], count: usize, random: &mut Random) -> Self {
        let mut names = vec![String::new(); count];
        let offset = random.integer(0, WORDS.len() as i64 - 1) as usize;
        let mut used = 0usize;
        for run in runs {
            let Some(index) = run.name else { continue };
            // 89 and the number of words have no common factor, so each word comes up once a round.
            let word = WORDS[(offset + used * 89) % WORDS.len()];
            let round = used / WORDS.len();
            used += 1;
            let suffix = match run.class {
                StreetClass::Expressway => "环路",
                StreetClass::Primary => "大道",
                StreetClass::Secondary | StreetClass::Tertiary => "路",
                _ if used.is_multiple_of(3) => "巷",
                _ => "街",
            };
            names[index] = match round {
                0 => format!("{word}{suffix}"),
                n => format!("{word}{}{suffix}", ordinal(n)),
            };
        }
        Self { names }
    }

    pub fn get(&self, index: usize) -> &str {
        &self.names[index]
    }
}

/// 一, 二, … 十, 十一, … 九十九, then digits.
pub fn ordinal(n: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match n {
        0..=9 => DIGITS[n].to_owned(),
        10..=19 => format!("十{}", DIGITS[n - 10]),
        20..=99 => format!("{}十{}", DIGITS[n / 10], DIGITS[n % 10]),
        _ => n.to_string(),
    }
}

/// A two-character word for the n-th thing of a kind that starts at `offset`.
pub fn word(offset: usize, n: usize) -> &'static str {
    WORDS[(offset + n * 61) % WORDS.len()]
}

pub fn word_count() -> usize {
    WORDS.len()
}
