//! Hidden classes: which attribute of an instance is in which slot.
//!
//! A shape belongs to one class, so an equal shape means an equal class. Shapes form a tree: adding an
//! attribute leads to the same child shape for every instance that adds the same attributes in the
//! same order (Chambers, Ungar and Lee, "An Efficient Implementation of SELF", 1989).

use std::collections::HashMap;

use super::Str;
use super::ptr::Ptr;

/// Names a shape of the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShapeId(pub u32);

impl ShapeId {
    /// The shape of instances whose attributes are in a dict (slot 0, or slot 1 behind a built-in part).
    /// Their class is found through the object.
    pub const DICT: ShapeId = ShapeId(0);
}

/// A shape never has more attributes than this: an instance with more goes over to a dict.
pub const MAX_ATTRIBUTES: usize = 128;

struct Shape {
    /// Names by slot; the slots before `reserved` are not attributes.
    names: Vec<Ptr<Str>>,
    slots: HashMap<usize, u32, foldhash::fast::FixedState>,
    children: HashMap<usize, ShapeId, foldhash::fast::FixedState>,
    reserved: u32,
}

/// All shapes of an interpreter.
pub struct Shapes {
    table: Vec<Shape>,
}

impl Default for Shapes {
    fn default() -> Self {
        let dict = Shape { names: Vec::new(), slots: HashMap::default(), children: HashMap::default(), reserved: 1 };
        Shapes { table: vec![dict] }
    }
}

impl Shapes {
    /// A new root shape, whose first `reserved` slots are no attributes (a built-in part, `__slots__`).
    pub fn new_root(&mut self, reserved: usize) -> ShapeId {
        self.table.push(Shape {
            names: Vec::new(),
            slots: HashMap::default(),
            children: HashMap::default(),
            reserved: reserved as u32,
        });
        ShapeId(self.table.len() as u32 - 1)
    }

    /// Number of slots that instances of this shape have.
    pub fn len(&self, shape: ShapeId) -> usize {
        let shape = &self.table[shape.0 as usize];
        shape.reserved as usize + shape.names.len()
    }

    /// Number of slots before the first attribute.
    pub fn reserved(&self, shape: ShapeId) -> usize {
        self.table[shape.0 as usize].reserved as usize
    }

    /// The slot of an attribute; the name is interned.
    pub fn slot(&self, shape: ShapeId, name: &Ptr<Str>) -> Option<usize> {
        self.table[shape.0 as usize].slots.get(&name.address()).map(|&slot| slot as usize)
    }

    /// The attributes' names in slot order, the first of them in slot `reserved`.
    pub fn names(&self, shape: ShapeId) -> &[Ptr<Str>] {
        &self.table[shape.0 as usize].names
    }

    /// The shape with one more attribute, in the next slot; None when there are too many.
    pub fn child(&mut self, shape: ShapeId, name: &Ptr<Str>) -> Option<ShapeId> {
        let parent = &self.table[shape.0 as usize];
        if let Some(&child) = parent.children.get(&name.address()) {
            return Some(child);
        }
        if parent.names.len() >= MAX_ATTRIBUTES {
            return None;
        }
        let mut names = parent.names.clone();
        let mut slots = parent.slots.clone();
        slots.insert(name.address(), parent.reserved + names.len() as u32);
        names.push(name.clone());
        let reserved = parent.reserved;
        let child = ShapeId(self.table.len() as u32);
        self.table.push(Shape { names, slots, children: HashMap::default(), reserved });
        self.table[shape.0 as usize].children.insert(name.address(), child);
        Some(child)
    }
}
