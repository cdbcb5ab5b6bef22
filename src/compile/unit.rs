//! A code object in the making: its registers, blocks and names.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use mini_grammar::ast::{Ident, Name, Span, Stmt};

use super::assembler::{Assembler, Label, Pool};
use super::flow::Bound;
use super::scope::{Resolution, ScopeId, ScopeKind, ScopeTree, flag};
use crate::bytecode::{CodeFlags, Instr, Reg};

/// No unit may have more registers.
pub(super) const MAX_REGS: u16 = 60_000;

/// Where a name is, seen from the block that is being compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Var {
    /// A register.
    Fast(Reg),
    /// A cell in a register.
    Cell(Reg),
    /// The class namespace, else a cell.
    ClassCell(Reg),
    Global,
    /// The frame's mapping of names.
    Name,
    /// The namespace of the enclosing class in the given cell, else the global.
    ClassDict {
        dict: Reg,
        cell: Option<Reg>,
    },
}

/// A region whose exceptions go to a handler, while it is open.
pub(super) struct Region {
    pub(super) handler: Label,
    pub(super) exc: Reg,
    pub(super) keep: Reg,
    pub(super) start: Option<u32>,
    /// Bound throughout the region.
    pub(super) entry: Bound,
}

/// What has to happen when control leaves a block early.
#[derive(Clone, Copy)]
pub(super) enum BlockKind<'a> {
    Loop {
        next: Label,
        exit: Label,
        iter: Option<Reg>,
    },
    /// The body of `try` with handlers, and regions that only clean up.
    Guard,
    /// The body of `try` with `finally`.
    Finally {
        body: &'a [Stmt],
    },
    /// The `finally` body that an exception led to.
    FinallyEnd {
        save: Reg,
        exc: Reg,
    },
    /// The body of an `except`.
    Handler {
        save: Reg,
        name: Option<&'a Ident>,
    },
    /// The body of `except*`, which may not be left.
    StarHandler,
    With {
        exit: Reg,
        span: Span,
        is_async: bool,
    },
    /// A return value waits here while a `finally` body runs.
    Value {
        reg: Reg,
    },
}

pub(super) struct Block<'a> {
    pub(super) kind: BlockKind<'a>,
    pub(super) region: Option<Region>,
}

/// Parameters as a code object counts them.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) args: u16,
    pub(super) posonly: u16,
    pub(super) kwonly: u16,
}

pub(super) struct Unit<'a> {
    pub(super) scope: ScopeId,
    /// The innermost inlined comprehension, or `scope`.
    pub(super) inner: ScopeId,
    pub(super) asm: Assembler,
    pub(super) pool: Pool,
    pub(super) name: Arc<str>,
    pub(super) qualname: Arc<str>,
    pub(super) first_line: u32,
    pub(super) flags: u32,
    pub(super) counts: Counts,
    pub(super) is_async: bool,
    pub(super) doc: Option<Arc<str>>,
    /// The first register that is free.
    pub(super) top: u16,
    pub(super) nregs: u16,
    /// The highest `top` since whoever watches it set it.
    pub(super) high: u16,
    pub(super) first_temp: u16,
    pub(super) too_many_regs: bool,
    regs: HashMap<(ScopeId, Name), Reg>,
    free: HashMap<Name, Reg>,
    pub(super) local_names: Vec<Arc<str>>,
    pub(super) var_count: u16,
    /// Registers that need a cell when the unit starts.
    pub(super) entry_cells: Vec<Reg>,
    pub(super) cell_regs: Vec<Reg>,
    pub(super) free_regs: Vec<Reg>,
    /// First register that is neither a parameter nor set by the caller.
    pub(super) param_count: u16,
    pub(super) bound: Bound,
    pub(super) dead: bool,
    /// Locals that some statement unbinds.
    pub(super) deletable: Bound,
    pub(super) blocks: Vec<Block<'a>>,
    /// Attributes assigned through `self` in the methods of a class.
    pub(super) static_attributes: BTreeSet<Name>,
    /// Where the lookups of `InvokeMethod` stand, by cache.
    pub(super) lookups: Vec<(u16, Span)>,
}

impl<'a> Unit<'a> {
    /// A unit for `scope` with parameters in register order.
    pub(super) fn new(tree: &ScopeTree, scope: ScopeId, params: &[Name], counts: Counts) -> Self {
        let mut unit = Unit {
            scope,
            inner: scope,
            asm: Assembler::default(),
            pool: Pool::default(),
            name: "".into(),
            qualname: "".into(),
            first_line: 1,
            flags: 0,
            counts,
            is_async: false,
            doc: None,
            top: 0,
            nregs: 0,
            high: 0,
            first_temp: 0,
            too_many_regs: false,
            regs: HashMap::new(),
            free: HashMap::new(),
            local_names: Vec::new(),
            var_count: 0,
            entry_cells: Vec::new(),
            cell_regs: Vec::new(),
            free_regs: Vec::new(),
            param_count: 0,
            bound: Bound::default(),
            dead: false,
            deletable: Bound::default(),
            blocks: Vec::new(),
            static_attributes: BTreeSet::new(),
            lookups: Vec::new(),
        };
        unit.lay_out(tree, params);
        unit
    }

    fn lay_out(&mut self, tree: &ScopeTree, params: &[Name]) {
        let id = self.scope;
        let scope = &tree.scopes[id];
        for name in params {
            let reg = self.add_register(name);
            self.regs.insert((id, name.clone()), reg);
            self.bound.insert(reg);
            if scope.symbol(name).map(|s| s.resolution) == Some(Resolution::Cell) {
                self.entry_cells.push(reg);
                self.cell_regs.push(reg);
            }
        }
        self.param_count = self.local_names.len() as u16;
        let mut cells: Vec<&Name> = Vec::new();
        if scope.is_function_like() {
            for name in &scope.order {
                if self.regs.contains_key(&(id, name.clone())) {
                    continue;
                }
                match scope.symbols[name].resolution {
                    Resolution::Local => {
                        let reg = self.add_register(name);
                        self.regs.insert((id, name.clone()), reg);
                    }
                    Resolution::Cell => cells.push(name),
                    _ => {}
                }
            }
        }
        self.var_count = self.local_names.len() as u16;
        let mut pool = HashMap::new();
        let mut levels = HashMap::new();
        for &child in &scope.children {
            self.lay_out_hidden(tree, child, &mut levels, &mut pool);
        }
        cells.sort();
        for name in cells {
            let reg = self.add_register(name);
            self.regs.insert((id, name.clone()), reg);
            self.entry_cells.push(reg);
            self.cell_regs.push(reg);
        }
        let special = [(scope.needs_class_cell, "__class__"), (scope.needs_classdict, "__classdict__")];
        for (needed, name) in special {
            if needed {
                let name: Name = name.into();
                let reg = self.add_register(&name);
                self.regs.insert((id, name), reg);
                self.entry_cells.push(reg);
                self.cell_regs.push(reg);
            }
        }
        for name in &scope.free {
            let reg = self.add_register(name);
            self.free.insert(name.clone(), reg);
            self.free_regs.push(reg);
        }
        for ((_, name), &reg) in &self.regs {
            if scope.has(name, flag::DELETED) {
                self.deletable.insert(reg);
            }
        }
        self.first_temp = self.local_names.len() as u16;
        self.top = self.first_temp;
        self.nregs = self.first_temp;
    }

    /// Gives the variables of inlined comprehensions registers of their own; comprehensions
    /// that are not nested share them.
    fn lay_out_hidden(
        &mut self,
        tree: &ScopeTree,
        id: ScopeId,
        levels: &mut HashMap<Name, u32>,
        pool: &mut HashMap<(Name, u32, bool), Reg>,
    ) {
        let scope = &tree.scopes[id];
        if scope.kind != ScopeKind::Comprehension {
            return;
        }
        let mut own = Vec::new();
        for name in &scope.order {
            let cell = match scope.symbols[name].resolution {
                Resolution::Local => false,
                Resolution::Cell => true,
                _ => continue,
            };
            let level = levels.entry(name.clone()).or_default();
            *level += 1;
            let key = (name.clone(), *level, cell);
            let reg = match pool.get(&key) {
                Some(&reg) => reg,
                None => {
                    let reg = self.add_register(name);
                    if cell {
                        self.cell_regs.push(reg);
                    }
                    pool.insert(key, reg);
                    reg
                }
            };
            self.regs.insert((id, name.clone()), reg);
            own.push(name.clone());
        }
        for &child in &scope.children {
            self.lay_out_hidden(tree, child, levels, pool);
        }
        for name in own {
            *levels.get_mut(&name).expect("counted above") -= 1;
        }
    }

    fn add_register(&mut self, name: &Name) -> Reg {
        let next = self.local_names.len() as u16;
        if next >= MAX_REGS {
            self.too_many_regs = true;
            return Reg(next - 1);
        }
        self.local_names.push(name.clone());
        Reg(next)
    }

    /// The register of a variable bound in `scope`, a scope of this unit.
    pub(super) fn register(&self, scope: ScopeId, name: &Name) -> Option<Reg> {
        self.regs.get(&(scope, name.clone())).copied()
    }

    /// The register of the cell of a variable of an enclosing unit.
    pub(super) fn free_register(&self, name: &str) -> Option<Reg> {
        self.free.get(name).copied()
    }

    /// Where `name` (mangled) lives.
    pub(super) fn resolve(&self, tree: &ScopeTree, name: &Name) -> Var {
        let mut id = self.inner;
        while id != self.scope {
            let scope = &tree.scopes[id];
            match scope.symbol(name).map(|s| s.resolution) {
                Some(Resolution::Local) => return self.own(id, name, false),
                Some(Resolution::Cell) => return self.own(id, name, true),
                Some(Resolution::GlobalExplicit) => return Var::Global,
                _ => {}
            }
            id = scope.parent.expect("the unit is above");
        }
        let scope = &tree.scopes[id];
        let inlined = self.inner != self.scope;
        if scope.kind == ScopeKind::Class && inlined {
            let cell = self.free_register(name).or_else(|| self.register(id, name));
            return cell.map_or(Var::Global, Var::Cell);
        }
        let resolution = scope.symbol(name).map(|s| s.resolution);
        if scope.sees_class && !matches!(resolution, Some(Resolution::Local | Resolution::Cell)) {
            if let Some(dict) = self.free_register("__classdict__") {
                let cell = self.free_register(name);
                if &**name != "__classdict__" && resolution != Some(Resolution::GlobalExplicit) {
                    return Var::ClassDict { dict, cell };
                }
            }
        }
        match resolution {
            Some(Resolution::Local) if scope.is_function_like() => self.own(id, name, false),
            Some(Resolution::Cell) => self.own(id, name, true),
            Some(Resolution::GlobalExplicit) => Var::Global,
            Some(Resolution::Local) => Var::Name,
            _ => match self.free_register(name) {
                Some(cell) if scope.kind == ScopeKind::Class => Var::ClassCell(cell),
                Some(cell) => Var::Cell(cell),
                None if scope.is_function_like() => Var::Global,
                None => Var::Name,
            },
        }
    }

    fn own(&self, scope: ScopeId, name: &Name, cell: bool) -> Var {
        let reg = self.register(scope, name).unwrap_or_default();
        if cell { Var::Cell(reg) } else { Var::Fast(reg) }
    }

    /// Takes the next temporary.
    pub(super) fn alloc(&mut self) -> Reg {
        self.alloc_many(1)
    }

    /// Takes `count` consecutive temporaries; gives the first.
    pub(super) fn alloc_many(&mut self, count: usize) -> Reg {
        let first = self.top;
        let end = usize::from(first) + count;
        if end > usize::from(MAX_REGS) {
            self.too_many_regs = true;
            return Reg(self.first_temp);
        }
        self.top = end as u16;
        self.nregs = self.nregs.max(self.top);
        self.high = self.high.max(self.top);
        Reg(first)
    }

    pub(super) fn is_temp(&self, reg: Reg) -> bool {
        reg.0 >= self.first_temp
    }

    /// Adds an instruction, unless control cannot get here.
    pub(super) fn emit(&mut self, span: Span, instr: Instr) {
        if !self.dead {
            self.asm.push(instr, span);
            self.dead = instr.is_terminator();
        }
    }

    /// Adds a jump to `label`.
    pub(super) fn jump(&mut self, span: Span, instr: Instr, label: Label) {
        if !self.dead {
            self.asm.push_jump(instr, span, label);
            self.asm.arrive(label, &self.bound);
        }
    }

    /// Goes to `label`, whatever happens.
    pub(super) fn goto(&mut self, span: Span, label: Label) {
        self.jump(span, Instr::Jump { off: 0 }, label);
        self.dead = true;
    }

    /// Places a label that earlier code jumps to.
    pub(super) fn place(&mut self, label: Label) {
        if let Some(entry) = self.asm.place(label) {
            if self.dead {
                self.bound = entry;
            } else {
                self.bound.intersect(&entry);
            }
            self.dead = false;
        }
    }

    /// Places a label that later code jumps back to.
    pub(super) fn place_head(&mut self, label: Label) {
        self.place(label);
        self.bound.subtract(&self.deletable);
    }

    /// Notes that a local register no longer has a value.
    pub(super) fn unbind(&mut self, reg: Reg) {
        self.bound.remove(reg);
        for block in &mut self.blocks {
            if let Some(region) = &mut block.region {
                if region.start.is_some() {
                    region.entry.remove(reg);
                }
            }
        }
    }

    /// Enters a block.
    pub(super) fn push_block(&mut self, kind: BlockKind<'a>) {
        self.blocks.push(Block { kind, region: None });
    }

    /// Enters a block whose exceptions go to `handler`, with the exception in `exc`.
    pub(super) fn push_guarded(&mut self, kind: BlockKind<'a>, handler: Label, exc: Reg) {
        let region = Region { handler, exc, keep: exc, start: Some(self.asm.here()), entry: self.bound.clone() };
        self.blocks.push(Block { kind, region: Some(region) });
    }

    /// Leaves the innermost block; its region ends here.
    pub(super) fn pop_block(&mut self) -> Block<'a> {
        let mut block = self.blocks.pop().expect("a block is open");
        let depth = self.blocks.len();
        if let Some(region) = &mut block.region {
            if let Some(start) = region.start.take() {
                if start < self.asm.here() {
                    let (handler, exc, keep) = (region.handler, region.exc, region.keep);
                    self.asm.protect(start, handler, depth, exc, keep);
                    self.asm.arrive(handler, &region.entry);
                }
            }
        }
        block
    }

    /// Enters blocks again that were left for the sake of an early exit.
    pub(super) fn reenter(&mut self, blocks: Vec<Block<'a>>) {
        for mut block in blocks.into_iter().rev() {
            if let Some(region) = &mut block.region {
                region.start = Some(self.asm.here());
            }
            self.blocks.push(block);
        }
    }

    pub(super) fn has_flag(&self, bit: u32) -> bool {
        CodeFlags(self.flags).has(bit)
    }
}
