//! The core next to `aho-corasick` and `daachorse`, native, on the lexicons and
//! the corpus of `cargo xtask bench` (which writes them; so does
//! `node benches/peers/text.mjs`).
//!
//!     cargo bench --bench scan

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    native::main();
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
    use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
    use daachorse::CharwiseDoubleArrayAhoCorasick;
    use std::hint::black_box;
    use std::path::Path;
    use tidegate::policy::{Channel, Document, compile};
    use tidegate::stream::Filter;

    /// Goes with `EDITION` of benches/peers/text.mjs.
    const EDITION: u32 = 1;
    const SIZES: [&str; 3] = ["1k", "10k", "100k"];
    /// Of the corpus: enough to leave the caches of small lexicons cold.
    const MESSAGES: usize = 100;
    /// UTF-16 units of a chunk in the middle of what a model sends.
    const CHUNK: usize = 12;

    struct Data {
        terms: Vec<String>,
        messages: Vec<String>,
    }

    fn load(size: &str) -> Data {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("target/bench/{size}-{EDITION}.json"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|_| {
            panic!(
                "{} is missing; run `node benches/peers/text.mjs`",
                file.display()
            )
        });
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let strings = |name: &str, most: usize| {
            let all = value[name].as_array().unwrap().iter().take(most);
            all.map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        Data {
            terms: strings("terms", usize::MAX),
            messages: strings("messages", MESSAGES),
        }
    }

    fn pack(terms: &[String]) -> Vec<u8> {
        let document: Document = serde_json::from_value(serde_json::json!({
            "policy": "bench",
            "rules": [{"id": "all", "risk": "x_gambling", "action": "flag", "terms": terms}],
        }))
        .unwrap();
        compile(&document).unwrap()
    }

    pub(super) fn main() {
        let mut criterion = Criterion::default().configure_from_args().sample_size(10);
        for size in SIZES {
            let data = load(size);
            scan(&mut criterion, size, &data);
            ready(&mut criterion, size, &data);
        }
        criterion.final_summary();
    }

    /// Whole messages and chunks; bytes are those of UTF-8 for everybody.
    fn scan(criterion: &mut Criterion, size: &str, Data { terms, messages }: &Data) {
        let mut group = criterion.benchmark_group("scan");
        group.throughput(Throughput::Bytes(
            messages.iter().map(|text| text.len() as u64).sum(),
        ));
        let mut bench = |name: &str, run: &mut dyn FnMut(&str, &[u16]) -> usize| {
            let units: Vec<Vec<u16>> = messages
                .iter()
                .map(|text| text.encode_utf16().collect())
                .collect();
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                bencher.iter(|| {
                    let all = messages.iter().zip(&units);
                    all.map(|(text, units)| run(black_box(text), black_box(units)))
                        .sum::<usize>()
                });
            });
        };

        let filter = Filter::new(&[&pack(terms)], &[]).unwrap();
        bench("tidegate", &mut |_, units| {
            let mut message = filter.message("", Channel::Text);
            let verdicts = message.push(units).verdicts.len();
            verdicts + message.finish().verdicts.len()
        });
        bench("tidegate in chunks", &mut |_, units| {
            let mut message = filter.message("", Channel::Text);
            let pushed: usize = units
                .chunks(CHUNK)
                .map(|chunk| message.push(chunk).verdicts.len())
                .sum();
            pushed + message.finish().verdicts.len()
        });
        for (name, kind) in [
            ("aho-corasick leftmost-longest", MatchKind::LeftmostLongest),
            ("aho-corasick overlapping", MatchKind::Standard),
        ] {
            let automaton = AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .match_kind(kind)
                .build(terms)
                .unwrap();
            bench(name, &mut |text, _| match kind {
                MatchKind::Standard => automaton.find_overlapping_iter(text).count(),
                _ => automaton.find_iter(text).count(),
            });
        }
        let automaton = CharwiseDoubleArrayAhoCorasick::<u32>::new(terms).unwrap();
        bench("daachorse overlapping", &mut |text, _| {
            automaton.find_overlapping_iter(text).count()
        });
        group.finish();
    }

    /// From a pack, or from the terms where there is none.
    fn ready(criterion: &mut Criterion, size: &str, Data { terms, .. }: &Data) {
        let mut group = criterion.benchmark_group("ready");
        group.sampling_mode(SamplingMode::Flat);
        let pack = pack(terms);
        group.bench_function(BenchmarkId::new("tidegate", size), |bencher| {
            bencher.iter(|| Filter::new(&[black_box(&pack)], &[]).unwrap());
        });
        group.bench_function(BenchmarkId::new("daachorse", size), |bencher| {
            bencher.iter(|| CharwiseDoubleArrayAhoCorasick::<u32>::new(black_box(terms)).unwrap());
        });
        group.finish();
    }
}
