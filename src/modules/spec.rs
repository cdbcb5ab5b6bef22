//! `__spec__` and `__loader__` of modules: where each came from (PEP 451).

use crate::builtins::native;
use crate::modules::foreign::foreign_data;
use crate::object::{Args, Arity, Class, Dict, Foreign, GetSetDef, Getter, Known, NativeDef, Ptr, Raised, Value, Vm};

/// Where a module comes from.
pub(crate) enum Origin<'a> {
    /// Written in Rust.
    BuiltIn,
    /// A source that is part of Mini.
    Frozen,
    File(&'a str),
    /// Folders without an `__init__`.
    Namespace,
}

/// The classes, made when the first module is.
#[derive(Default)]
struct Classes {
    made: Option<[Ptr<Class>; 4]>,
}

struct ModuleSpec {
    name: Value,
    loader: Value,
    origin: Value,
    locations: Value,
    has_location: bool,
}

foreign_data!(ModuleSpec, single: [name, loader, origin, locations], many: []);

struct SourceFileLoader {
    name: Value,
    path: Value,
}

foreign_data!(SourceFileLoader, single: [name, path], many: []);

const SPEC: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "Return repr(self).")];

const fn attribute(name: &'static str, get: Getter) -> GetSetDef {
    GetSetDef { name, get, set: None, doc: "" }
}

const SPEC_ATTRIBUTES: &[GetSetDef] = &[
    attribute("name", |vm, spec| Ok(of(vm, spec, |spec| spec.name.clone()))),
    attribute("loader", |vm, spec| Ok(of(vm, spec, |spec| spec.loader.clone()))),
    attribute("origin", |vm, spec| Ok(of(vm, spec, |spec| spec.origin.clone()))),
    attribute("submodule_search_locations", |vm, spec| Ok(of(vm, spec, |spec| spec.locations.clone()))),
    attribute("has_location", |vm, spec| Ok(of(vm, spec, |spec| Value::bool(spec.has_location)))),
    attribute("loader_state", |_, _| Ok(Value::None)),
    attribute("cached", |_, _| Ok(Value::None)),
    attribute("parent", parent),
];

const LOADER: &[NativeDef] = &[
    native("get_source", Arity::Exact(2), get_source, "Concrete implementation of InspectLoader.get_source."),
    native(
        "get_filename",
        Arity::Range(1, 2),
        get_filename,
        "Return the path to the source file as found by the finder.",
    ),
];

const LOADER_ATTRIBUTES: &[GetSetDef] = &[
    attribute("name", |vm, loader| Ok(of_loader(vm, loader).map_or(Value::None, |loader| loader.name.clone()))),
    attribute("path", |vm, loader| Ok(of_loader(vm, loader).map_or(Value::None, |loader| loader.path.clone()))),
];

fn of(vm: &Vm, spec: &Value, get: impl FnOnce(&ModuleSpec) -> Value) -> Value {
    match spec {
        Value::Foreign(foreign) => foreign.get::<ModuleSpec>(&vm.gil).map_or(Value::None, get),
        _ => Value::None,
    }
}

fn of_loader<'a>(vm: &'a Vm, loader: &'a Value) -> Option<&'a SourceFileLoader> {
    match loader {
        Value::Foreign(foreign) => foreign.get::<SourceFileLoader>(&vm.gil),
        _ => None,
    }
}

fn parent(vm: &mut Vm, spec: &Value) -> Result<Value, Raised> {
    let is_package = !of(vm, spec, |spec| spec.locations.clone()).is_none();
    let name = of(vm, spec, |spec| spec.name.clone());
    Ok(match &name {
        Value::Str(text) if !is_package => Value::str(text.as_str().rsplit_once('.').map_or("", |(parent, _)| parent)),
        _ => name,
    })
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut parts = Vec::new();
    for (label, value) in [
        ("name", of(vm, &args[0], |spec| spec.name.clone())),
        ("loader", of(vm, &args[0], |spec| spec.loader.clone())),
        ("origin", of(vm, &args[0], |spec| spec.origin.clone())),
        ("submodule_search_locations", of(vm, &args[0], |spec| spec.locations.clone())),
    ] {
        let optional = !matches!(label, "name" | "loader");
        if !(optional && value.is_none()) {
            parts.push(format!("{label}={}", vm.repr(&value)?.as_str()));
        }
    }
    Ok(Value::str(&format!("ModuleSpec({})", parts.join(", "))))
}

fn get_source(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let path = get_filename(vm, args)?;
    let path = vm.expect_str(&path, "path")?;
    match std::fs::read(path.as_str()) {
        Ok(bytes) => vm.decode_source(&bytes, path.as_str()).map(|text| Value::str(&text)),
        Err(_) => Err(vm.raise(Known::ImportError, "source not available through get_data()")),
    }
}

fn get_filename(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(of_loader(vm, &args[0]).map_or(Value::None, |loader| loader.path.clone()))
}

impl Vm {
    fn spec_classes(&mut self) -> [Ptr<Class>; 4] {
        if let Some(made) = &self.interp.clone().extension::<Classes>(&mut self.gil).made {
            return made.clone();
        }
        let spec = self.native_class("_frozen_importlib.ModuleSpec", Known::Object, SPEC);
        self.add_getsets(&spec, SPEC_ATTRIBUTES);
        let loader = self.native_class("_frozen_importlib_external.SourceFileLoader", Known::Object, LOADER);
        self.add_getsets(&loader, LOADER_ATTRIBUTES);
        let builtin = self.native_class("_frozen_importlib.BuiltinImporter", Known::Object, &[]);
        let frozen = self.native_class("_frozen_importlib.FrozenImporter", Known::Object, &[]);
        let made = [spec, loader, builtin, frozen];
        self.interp.clone().extension::<Classes>(&mut self.gil).made = Some(made.clone());
        made
    }

    /// Fills a new interpreter: what the machine needs, and the `__spec__` of the built-ins.
    pub(crate) fn furnish(&mut self) {
        let interp = self.interp.clone();
        interp.heap.set_enabled(false);
        self.bootstrap();
        let builtins = self.interp.builtins.get(&self.gil).clone();
        if let Some(builtins) = builtins {
            self.set_spec(&builtins, "builtins", Origin::BuiltIn, Value::None);
        }
        interp.heap.settle();
        interp.heap.set_enabled(true);
    }

    /// Sets `__spec__` and `__loader__` of a module; `locations` is the `__path__` of a package, else None.
    pub(crate) fn set_spec(&mut self, dict: &Dict, name: &str, origin: Origin<'_>, locations: Value) {
        let [class, ..] = self.spec_classes();
        let loader = self.set_loader(dict, name, &origin);
        let (origin, has_location) = match origin {
            Origin::BuiltIn => (Value::str("built-in"), false),
            Origin::Frozen => (Value::str("frozen"), false),
            Origin::File(path) => (Value::str(path), true),
            Origin::Namespace => (Value::None, false),
        };
        let spec = ModuleSpec { name: Value::str(name), loader, origin, locations, has_location };
        self.dict_set_str(dict, "__spec__", Foreign::new(class, spec).into_value());
    }

    /// Sets `__loader__` of a module, and gives it.
    pub(crate) fn set_loader(&mut self, dict: &Dict, name: &str, origin: &Origin<'_>) -> Value {
        let [_, file, builtin, frozen] = self.spec_classes();
        let loader = match origin {
            Origin::BuiltIn => builtin.into_value(),
            Origin::Frozen => frozen.into_value(),
            Origin::File(path) => {
                let loader = SourceFileLoader { name: Value::str(name), path: Value::str(path) };
                Foreign::new(file, loader).into_value()
            }
            Origin::Namespace => Value::None,
        };
        self.dict_set_str(dict, "__loader__", loader.clone());
        loader
    }

    /// The file that a namespace's `__loader__` reads, which is where CPython looks for the lines of code whose own
    /// file is not there.
    pub(crate) fn loader_path(&mut self, globals: &Dict) -> Option<String> {
        let key = self.intern("__loader__");
        let loader = globals.data.get(&self.gil).get_str(&key)?.clone();
        match &of_loader(self, &loader)?.path {
            Value::Str(path) => Some(path.as_str().to_owned()),
            _ => None,
        }
    }
}
