//! Any bytes give a policy or an error; what loads can be used. The hash is made
//! right, so that the content is reached and not only the digest's check.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha512};
use tidegate::stream::Filter;

const TEXT: &str = "去赌 博。s.e.x k1ll ѕех 开发票据 110105194912310000 &#36172;<b>博</b> https://bad.example";

fn try_out(pack: &[u8]) {
    if let Ok(filter) = Filter::new(&[pack], &[]) {
        filter.check(TEXT);
    }
}

fuzz_target!(|data: &[u8]| {
    try_out(data);
    let mut pack = [b"TGPK\x04\0\0\0".as_slice(), data].concat();
    let hash = Sha512::digest(&pack);
    pack.extend(b"HASH\x01\x20\0\0\0");
    pack.extend(&hash[..32]);
    try_out(&pack);
});
