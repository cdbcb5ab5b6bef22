//! Imports.

use mini_grammar::ast::{Alias, Ident, Name, Span};

use super::Compiler;
use super::error::Res;
use crate::bytecode::{Const, Instr, Intrinsic1};

impl<'a> Compiler<'a> {
    pub(super) fn import(&mut self, span: Span, names: &'a [Alias]) -> Res {
        for alias in names {
            let base = self.u.alloc_many(2);
            self.constant(span, Const::Int(0), base);
            self.constant(span, Const::None, base.offset(1));
            let name = self.u.pool.name(&alias.name.name);
            self.emit(span, Instr::Import { base, name });
            let mut parts = alias.name.name.split('.');
            let first = parts.next().unwrap_or_default();
            match &alias.asname {
                None => self.store(&first.into(), span, base)?,
                Some(target) => {
                    for part in parts {
                        let name = self.u.pool.name(&part.into());
                        let dst = base.offset(1);
                        self.emit(span, Instr::ImportFrom { dst, module: base, name });
                        self.emit(span, Instr::Clear { reg: base });
                        self.emit(span, Instr::Move { dst: base, src: dst });
                    }
                    self.store(&target.name, span, base)?;
                }
            }
            self.u.top = base.0;
        }
        Ok(())
    }

    pub(super) fn import_from(&mut self, span: Span, module: Option<&'a Ident>, names: &'a [Alias], level: u32) -> Res {
        let module_name: Name = module.map_or_else(|| "".into(), |m| m.name.clone());
        if level == 0 && &*module_name == "__future__" {
            self.future(span, names)?;
        }
        let base = self.u.alloc_many(2);
        self.constant(span, Const::Int(i64::from(level)), base);
        let wanted: Vec<Const> = names.iter().map(|a| Const::Str(a.name.name.clone())).collect();
        self.constant(span, Const::Tuple(wanted.into()), base.offset(1));
        let name = self.u.pool.name(&module_name);
        self.emit(span, Instr::Import { base, name });
        self.u.top = base.0 + 1;
        for alias in names {
            if &*alias.name.name == "*" {
                let op = Intrinsic1::ImportStar;
                self.emit(span, Instr::Intrinsic1 { op, dst: base, src: base });
                continue;
            }
            let name = self.u.pool.name(&alias.name.name);
            let dst = self.u.alloc();
            self.emit(span, Instr::ImportFrom { dst, module: base, name });
            let target = alias.asname.as_ref().unwrap_or(&alias.name);
            self.store(&target.name, span, dst)?;
            self.u.top = dst.0;
        }
        self.emit(span, Instr::Clear { reg: base });
        Ok(())
    }

    /// All features but `annotations` are the rule by now; the parser knows their names.
    fn future(&mut self, span: Span, names: &'a [Alias]) -> Res {
        for alias in names {
            match &*alias.name.name {
                "annotations" => self.future_annotations = true,
                "barry_as_FLUFL" => {
                    return self.error(span, "the future feature barry_as_FLUFL is not supported");
                }
                _ => {}
            }
        }
        Ok(())
    }
}
