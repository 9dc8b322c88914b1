//! Tables of a few characters, in the format of `data/tables/tables.bin`. The
//! fuzz targets use this file too.

use tidegate::lexicon::Writer;
use tidegate::tables::Tables;

/// What the tables hold; everything ascends.
pub(crate) struct Small<'a> {
    pub(crate) folds: Vec<(char, &'a str)>,
    pub(crate) syllables: Vec<&'a str>,
    pub(crate) readings: Vec<(char, Vec<u16>)>,
    pub(crate) splits: Vec<(char, Vec<&'a str>)>,
    pub(crate) words: Vec<(&'a str, u8)>,
}

impl Small<'_> {
    pub(crate) fn build(&self) -> Tables {
        let mut out = Writer::default();
        out.raw(b"TGTB");
        out.int(1);
        let mut fold = Writer::default();
        keys(self.folds.iter().map(|row| row.0), &mut fold);
        texts(self.folds.iter().map(|row| row.1), &mut fold);
        out.block(&fold.into_bytes());
        let mut readings = Writer::default();
        texts(self.syllables.iter().copied(), &mut readings);
        keys(self.readings.iter().map(|row| row.0), &mut readings);
        counts(self.readings.iter().map(|row| row.1.len()), &mut readings);
        let ids = self.readings.iter().flat_map(|row| &row.1);
        column(ids.map(|&id| u32::from(id)), &mut readings);
        out.block(&readings.into_bytes());
        let mut splits = Writer::default();
        keys(self.splits.iter().map(|row| row.0), &mut splits);
        counts(self.splits.iter().map(|row| row.1.len()), &mut splits);
        let ways = self.splits.iter().flat_map(|row| row.1.iter().copied());
        texts(ways, &mut splits);
        out.block(&splits.into_bytes());
        out.block(&word_section(&self.words));
        Tables::read(&out.into_bytes()).unwrap()
    }
}

fn keys(keys: impl Iterator<Item = char>, out: &mut Writer) {
    let mut previous = 0;
    let steps = keys.map(|key| {
        let step = key as u32 - previous;
        previous = key as u32;
        step
    });
    column(steps, out);
}

fn counts(counts: impl Iterator<Item = usize>, out: &mut Writer) {
    column(counts.map(|count| count as u32), out);
}

fn column(integers: impl Iterator<Item = u32>, out: &mut Writer) {
    let mut column = Writer::default();
    integers.for_each(|integer| column.int(integer));
    out.block(&column.into_bytes());
}

fn texts<'a>(texts: impl Iterator<Item = &'a str> + Clone, out: &mut Writer) {
    column(texts.clone().map(|text| text.chars().count() as u32), out);
    out.block(texts.collect::<String>().as_bytes());
}

fn word_section(words: &[(&str, u8)]) -> Vec<u8> {
    let mut alphabet: Vec<char> = words.iter().flat_map(|(word, _)| word.chars()).collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let place = |c: char| alphabet.binary_search(&c).unwrap() as u32;
    let (mut shapes, mut letters, mut costs) = (Vec::new(), Writer::default(), Vec::new());
    let mut before: Vec<u32> = Vec::new();
    for (word, cost) in words {
        let now: Vec<u32> = word.chars().map(place).collect();
        let shared = now.iter().zip(&before).take_while(|(a, b)| a == b).count();
        shapes.push((shared * 4 + now.len() - shared - 1) as u8);
        letters.int(match before.get(shared) {
            Some(&stood) => now[shared] - stood,
            None => now[shared] + 1,
        });
        now[shared + 1..]
            .iter()
            .for_each(|&letter| letters.int(letter));
        costs.push(*cost);
        before = now;
    }
    let mut out = Writer::default();
    keys(alphabet.iter().copied(), &mut out);
    out.block(&shapes);
    out.block(&letters.into_bytes());
    out.block(&costs);
    out.into_bytes()
}
