//! The private names of classes.

use crate::ast::Name;

/// Private name mangling: `__name` inside the class `_Class` becomes `_Class__name`.
pub fn mangle(class: Option<&Name>, name: &Name) -> Name {
    let Some(class) = class else {
        return name.clone();
    };
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return name.clone();
    }
    let class = class.trim_start_matches('_');
    if class.is_empty() {
        return name.clone();
    }
    format!("_{class}{name}").into()
}
