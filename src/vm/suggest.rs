//! "Did you mean": the name nearest to a misspelled one.

/// Cost of moving one letter to another.
const MOVE: usize = 2;
/// Cost of a change of case.
const CASE: usize = 1;
/// Longer names are not compared.
const MAX_LENGTH: usize = 40;
/// With more candidates, none is suggested.
const MAX_CANDIDATES: usize = 750;

/// The candidate nearest to `name`, if one is near enough (a third of the letters may differ), as CPython suggests.
pub(crate) fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for (index, candidate) in candidates.enumerate() {
        if index >= MAX_CANDIDATES {
            return None;
        }
        if candidate == name {
            continue;
        }
        let mut limit = (name.len() + candidate.len() + 3) * MOVE / 6;
        if let Some((distance, _)) = best {
            limit = limit.min(distance - 1);
        }
        let distance = distance(name.as_bytes(), candidate.as_bytes(), limit);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
        if best.is_some_and(|(distance, _)| distance == 0) {
            break;
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn substitution(a: u8, b: u8) -> usize {
    match () {
        _ if a == b => 0,
        _ if a.eq_ignore_ascii_case(&b) => CASE,
        _ => MOVE,
    }
}

/// Levenshtein distance with the costs above, or more than `limit`.
fn distance(mut a: &[u8], mut b: &[u8], limit: usize) -> usize {
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        if x != y {
            break;
        }
        (a, b) = (rest_a, rest_b);
    }
    while let ([rest_a @ .., x], [rest_b @ .., y]) = (a, b) {
        if x != y {
            break;
        }
        (a, b) = (rest_a, rest_b);
    }
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE;
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH {
        return limit + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|count| count * MOVE).collect();
    let mut result = 0;
    for (index, &y) in b.iter().enumerate() {
        let mut diagonal = index * MOVE;
        result = (index + 1) * MOVE;
        for (place, &x) in row.iter_mut().zip(a) {
            let replaced = diagonal + substitution(y, x);
            diagonal = *place;
            result = replaced.min(result.min(diagonal) + MOVE);
            *place = result;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_nearest_name_is_suggested() {
        let names = ["append", "extend", "pop"];
        assert_eq!(closest("apend", names.into_iter()), Some("append"));
        assert_eq!(closest("Pop", names.into_iter()), Some("pop"));
        assert_eq!(closest("zzz", names.into_iter()), None);
    }
}
