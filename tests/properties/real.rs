//! Chunk invariance with the real tables: what a text becomes does not depend
//! on how it is cut, whatever it is.

use super::{config, cuts, every_unit, places, run};
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::OnceLock;
use tidegate::policy::{Document, compile};
use tidegate::stream::Filter;

/// Terms with neighbours, sounds, halves and repeats, long and short.
fn filter() -> &'static Filter {
    static FILTER: OnceLock<Filter> = OnceLock::new();
    FILTER.get_or_init(|| {
        let all = ["tight", "joined", "leet", "sound"];
        let document: Document = serde_json::from_value(serde_json::json!({
            "policy": "real",
            "rules": [
                {"id": "a", "risk": "x_gambling", "action": "mask", "views": all,
                 "terms": ["赌博", "赌博网站", "强奸", "发票", "枪支弹药", "妈妈桑"]},
                {"id": "b", "risk": "x_gambling", "action": "flag", "terms": ["大麻", "pornography", "sex", "ass", "网络"]},
                {"id": "c", "risk": "x_gambling", "action": "replace", "unless": ["戒", "防"], "within": 6,
                 "terms": ["毒品", "online casino", "fuck"]},
                {"id": "d", "risk": "x_gambling", "action": "flag", "all": [["女人"], ["不配", "滚"]], "within": "sentence"},
                {"id": "e", "risk": "x_gambling", "action": "mask", "detect": "cn-mobile"},
                {"id": "f", "risk": "x_gambling", "action": "mask", "detect": "link", "hosts": {"deny": ["bad.example"]}},
                {"id": "g", "risk": "x_gambling", "action": "terminate", "terms": ["制作炸弹"], "views": all}
            ],
            "allow": ["开发票据", "戒赌博"]
        }))
        .unwrap();
        Filter::new(&[&compile(&document).unwrap()], &[]).unwrap()
    })
}

fn texts() -> impl Strategy<Value = Vec<u16>> {
    let terms = select(vec![
        "赌博",
        "睹博",
        "du博",
        "dubo",
        "du bo",
        "都波",
        "弓虽女干",
        "强 奸",
        "开发票据",
        "发票",
        "大麻烦",
        "大",
        "麻",
        "妈妈",
        "妈",
        "桑",
        "网络",
        "赌",
        "博",
        "制作",
        "炸弹",
        "女人",
        "不配",
        "戒",
        "毒品",
        "枪",
        "支",
    ]);
    let latin = select(vec![
        "p0rn0graphy",
        "porn-ography",
        "pоrnography",
        "sex",
        "s.e.x",
        "5ex",
        "a$$",
        "as",
        "s",
        "class",
        "f*ck",
        "fu¢k",
        "Online",
        "cas1no",
        "casino",
        "13812345678",
        "138-1234-5678",
        "https://a.bad.example/x",
        "www.bad.example",
    ]);
    let between = select(vec![
        " ",
        "，",
        "。",
        "\n",
        "*",
        "-",
        "\u{200B}",
        "😀",
        "的",
        "了",
        "!",
        "！",
        "1",
        "ﬀ",
        "㍿",
        "①",
        "\u{0301}",
        "é",
        "<b>",
        "</b>",
        "<a href=\"赌博\">",
        "<!--",
        "-->",
        "](",
        ")",
        "&#36172;",
        "&#21338",
        "&nbsp;",
        "&shy;",
        "&",
        "%E8%B5%8C",
        "%E5%8D",
        "%9A",
        "%",
    ]);
    let text = prop_oneof![3 => terms, 2 => latin, 4 => between];
    let units = prop_oneof![
        40 => text.prop_map(|piece| piece.encode_utf16().collect::<Vec<u16>>()),
        1 => any::<u16>().prop_map(|unit| vec![unit]),
        1 => select(vec![vec![0xD83D], vec![0xDE00]]),
    ];
    prop::collection::vec(units, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn real_tables_give_the_same_at_every_cut(text in texts(), cuts in cuts()) {
        let whole = run(filter(), &text, &[]);
        let shown = String::from_utf16_lossy(&text);
        prop_assert_eq!(&run(filter(), &text, &every_unit(&text)), &whole, "per unit: {:?}", shown);
        prop_assert_eq!(&run(filter(), &text, &places(&cuts, &text)), &whole, "cut: {:?}", shown);
    }

    #[test]
    fn any_text_is_checked(text in any::<String>(), units in prop::collection::vec(any::<u16>(), 0..200)) {
        for verdict in filter().check(&text) {
            prop_assert!(verdict.start < verdict.end);
            prop_assert!(verdict.end as usize <= text.encode_utf16().count());
        }
        run(filter(), &units, &every_unit(&units));
    }
}
