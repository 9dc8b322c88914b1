//! One character from UTF-16 code units that may be cut anywhere.

/// What stands at the front of some code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A character and its length in code units, 1 or 2.
    Char(char, u32),
    /// A surrogate without its other half, 1 code unit.
    Lone,
    /// A high surrogate at the very end: the next unit decides.
    Incomplete,
}

/// Reads the character at the front of `units`; `None` when there are none.
pub fn decode(units: &[u16]) -> Option<Decoded> {
    let first = *units.first()?;
    if !(0xD800..0xE000).contains(&first) {
        return Some(
            char::from_u32(u32::from(first)).map_or(Decoded::Lone, |c| Decoded::Char(c, 1)),
        );
    }
    if first >= 0xDC00 {
        return Some(Decoded::Lone);
    }
    let Some(&second) = units.get(1) else {
        return Some(Decoded::Incomplete);
    };
    if !(0xDC00..0xE000).contains(&second) {
        return Some(Decoded::Lone);
    }
    let scalar = 0x10000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(second) - 0xDC00);
    Some(char::from_u32(scalar).map_or(Decoded::Lone, |c| Decoded::Char(c, 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_join_and_halves_stand_alone() {
        let face = [0xD83D, 0xDE00];
        assert_eq!(decode(&face), Some(Decoded::Char('😀', 2)));
        assert_eq!(decode(&face[..1]), Some(Decoded::Incomplete));
        assert_eq!(decode(&face[1..]), Some(Decoded::Lone));
        assert_eq!(decode(&[0xD83D, 0x41]), Some(Decoded::Lone));
        assert_eq!(decode(&[0x8D4C]), Some(Decoded::Char('赌', 1)));
        assert_eq!(decode(&[]), None);
    }
}
