//! A small unified difference of two texts, line by line.

/// Lines of context about a change.
const CONTEXT: usize = 2;
/// Longer texts are compared in their first lines only.
const LINES: usize = 2000;

#[derive(Clone, Copy, PartialEq)]
enum Edit {
    Keep,
    Remove,
    Add,
}

/// The lines that differ, marked `-` and `+`, with two lines of context.
pub fn unified(old: &str, new: &str) -> String {
    let old: Vec<&str> = old.split_inclusive('\n').take(LINES).collect();
    let new: Vec<&str> = new.split_inclusive('\n').take(LINES).collect();
    let edits = edits(&old, &new);
    let near_change = |i: usize| {
        let from = i.saturating_sub(CONTEXT);
        let to = (i + CONTEXT + 1).min(edits.len());
        edits[from..to].iter().any(|(edit, _)| *edit != Edit::Keep)
    };
    let mut text = String::new();
    let mut skipped = false;
    for (i, (edit, line)) in edits.iter().enumerate() {
        if !near_change(i) {
            skipped = true;
            continue;
        }
        if std::mem::take(&mut skipped) {
            text.push_str("@@\n");
        }
        text.push(match edit {
            Edit::Keep => ' ',
            Edit::Remove => '-',
            Edit::Add => '+',
        });
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ no newline at the end\n");
        }
    }
    text
}

/// The shortest edit script, by the table of longest common subsequences.
fn edits<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Edit, &'a str)> {
    let width = new.len() + 1;
    let mut common = vec![0u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut edits = Vec::with_capacity(old.len().max(new.len()));
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            edits.push((Edit::Keep, old[i]));
            i += 1;
            j += 1;
        } else if j == new.len() || (i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            edits.push((Edit::Remove, old[i]));
            i += 1;
        } else {
            edits.push((Edit::Add, new[j]));
            j += 1;
        }
    }
    edits
}
