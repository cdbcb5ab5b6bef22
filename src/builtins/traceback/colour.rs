//! Tracebacks in the colours that CPython 3.13 gives them on a terminal.

const PLACE: &str = "\x1b[35m";
const NEAR: &str = "\x1b[31m";
const HERE: &str = "\x1b[1;31m";
const CLASS: &str = "\x1b[1;35m";
const RESET: &str = "\x1b[0m";

fn painted(text: &str, colour: &str) -> String {
    format!("{colour}{text}{RESET}")
}

/// Paints the lines of one level: where it is, then source lines with the marks below them.
pub(super) fn level(text: &str) -> String {
    let mut result = String::new();
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        match lines.peek() {
            Some(marks) if is_marks(marks) => {
                result += &marked(line, marks);
                lines.next();
            }
            _ => result += &place(line).unwrap_or_else(|| line.to_owned()),
        }
    }
    result
}

/// Paints `  File "FILE", line NUMBER` with or without `, in NAME`.
fn place(line: &str) -> Option<String> {
    let rest = line.strip_prefix("  File ")?.strip_suffix('\n')?;
    let (file, rest) = rest.rsplit_once(", line ")?;
    let file = painted(file, PLACE);
    Some(match rest.split_once(", in ") {
        Some((number, name)) => {
            format!("  File {file}, line {}, in {}\n", painted(number, PLACE), painted(name, PLACE))
        }
        None => format!("  File {file}, line {}\n", painted(rest, PLACE)),
    })
}

fn is_marks(line: &str) -> bool {
    line.contains(['~', '^']) && line.trim_end_matches('\n').chars().all(|c| matches!(c, ' ' | '\t' | '~' | '^'))
}

/// A source line and the marks below it, both painted where the marks are.
fn marked(source: &str, marks: &str) -> String {
    let source: Vec<char> = source.trim_end_matches('\n').chars().collect();
    let marks: Vec<char> = marks.trim_end_matches('\n').chars().collect();
    let (mut above, mut below) = (String::new(), String::new());
    let mut at = 0;
    for group in marks.chunk_by(|a, b| a == b) {
        let end = at + group.len();
        let text: String = source.get(at.min(source.len())..end.min(source.len())).unwrap_or_default().iter().collect();
        let group_text: String = group.iter().collect();
        match group[0] {
            '~' | '^' => {
                let colour = if group[0] == '~' { NEAR } else { HERE };
                above += &painted(&text, colour);
                below += &painted(&group_text, colour);
            }
            _ => {
                above += &text;
                below += &group_text;
            }
        }
        at = end;
    }
    above.extend(source.iter().skip(at));
    format!("{above}\n{below}\n")
}

/// Paints the line that names an exception; `class` is what it begins with.
pub(super) fn error(line: &str, class: &str) -> String {
    match line.strip_prefix(class).map(|rest| rest.trim_end_matches('\n')) {
        Some("") => format!("{}\n", painted(class, CLASS)),
        Some(rest) => match rest.strip_prefix(": ") {
            Some(text) => format!("{}: {}\n", painted(class, CLASS), painted(text, PLACE)),
            None => line.to_owned(),
        },
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paints_places_and_marked_source() {
        let text = "  File \"a.py\", line 2, in f\n    return g(x) + 1\n           ~^^^\n";
        let expected = "  File \x1b[35m\"a.py\"\x1b[0m, line \x1b[35m2\x1b[0m, in \x1b[35mf\x1b[0m\n    return \
                        \x1b[31mg\x1b[0m\x1b[1;31m(x)\x1b[0m + 1\n           \x1b[31m~\x1b[0m\x1b[1;31m^^^\x1b[0m\n";
        assert_eq!(level(text), expected);
    }

    #[test]
    fn paints_class_and_text() {
        assert_eq!(error("E: a\nb\n", "E"), "\x1b[1;35mE\x1b[0m: \x1b[35ma\nb\x1b[0m\n");
        assert_eq!(error("E\n", "E"), "\x1b[1;35mE\x1b[0m\n");
    }

    #[test]
    fn leaves_marks_beyond_the_source() {
        assert_eq!(marked("ab\n", " ^^^\n"), "a\x1b[1;31mb\x1b[0m\n \x1b[1;31m^^^\x1b[0m\n");
    }
}
