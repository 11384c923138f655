//! 管线种类, by the classes of CJJ 61-2017 appendix B, with rain, foul and combined sewers apart.

use super::field::{Choice, choice};

pub const UTILITY_KINDS: &[Choice] = &[
    choice("water", "给水", "Water").aliases(&["JS", "供水", "自来水", "配水"]),
    choice("reclaimed_water", "再生水", "Reclaimed water").aliases(&["ZS", "中水"]),
    choice("storm_sewer", "雨水", "Storm sewer").aliases(&["YS"]),
    choice("foul_sewer", "污水", "Foul sewer").aliases(&["WS"]),
    choice("combined_sewer", "雨污合流", "Combined sewer").aliases(&["HS", "PS", "排水", "合流"]),
    choice("gas", "燃气", "Gas").aliases(&["RQ", "天然气", "TR", "煤气", "MQ"]),
    choice("heat", "热力", "Heat").aliases(&["RL", "供热", "热水", "蒸汽"]),
    choice("power", "电力", "Power").aliases(&["DL", "供电", "GD"]),
    choice("street_light", "路灯", "Street lighting").aliases(&["LD", "照明"]),
    choice("telecom", "通信", "Telecom").aliases(&["TX", "电信", "弱电", "DH", "XX"]),
    choice("broadcast", "广电", "Broadcast").aliases(&["DS", "有线电视", "广播", "GB"]),
    choice("industrial", "工业", "Industrial").aliases(&["GY"]),
    choice("utility_tunnel", "综合管廊", "Utility tunnel").aliases(&["ZH", "综合管沟"]),
    choice("unknown", "不明管线", "Unknown").aliases(&["BM", "QT", "其他"]),
];
