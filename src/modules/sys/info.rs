//! What the interpreter is: version, limits of numbers, flags.

use super::config::SysConfig;
use crate::modules::struct_sequence;
use crate::object::{Dict, Known, Ptr, Raised, Value, Vm};

/// The version of the language.
const VERSION: [i64; 3] = [3, 13, 0];
const HEX_VERSION: i64 = 0x030d_00f0;

fn sequence(
    vm: &mut Vm,
    dict: &Ptr<Dict>,
    name: &str,
    fields: &'static [&'static str],
    items: Vec<Value>,
) -> Result<Value, Raised> {
    let class = struct_sequence::define(vm, "sys", name, fields, &[], &[])?;
    let value = struct_sequence::make(vm, &class, items);
    vm.dict_set_str(dict, name, value.clone());
    Ok(value)
}

/// Adds the constants to the module.
pub(super) fn install(vm: &mut Vm, dict: &Ptr<Dict>, config: &SysConfig) -> Result<(), Raised> {
    let text = Value::str;
    let own = env!("CARGO_PKG_VERSION");
    for (name, value) in [
        ("version", Value::from(format!("3.13.0 (Mini {own}, {}) [Rust]", std::env::consts::OS))),
        ("hexversion", Value::Int(HEX_VERSION)),
        ("api_version", Value::Int(1013)),
        ("copyright", text("Copyright (c) the Mini developers.")),
        ("platform", text(std::env::consts::OS)),
        ("byteorder", text(if cfg!(target_endian = "big") { "big" } else { "little" })),
        ("maxsize", Value::Int(i64::MAX)),
        ("maxunicode", Value::Int(0x10_ffff)),
        ("float_repr_style", text("short")),
        ("abiflags", text("")),
        ("platlibdir", text("lib")),
        ("dont_write_bytecode", Value::bool(true)),
        ("pycache_prefix", Value::None),
        ("meta_path", Value::list(Vec::new())),
        ("path_hooks", Value::list(Vec::new())),
    ] {
        vm.dict_set_str(dict, name, value);
    }
    for name in ["path_importer_cache", "_xoptions"] {
        vm.dict_set_str(dict, name, Dict::new().into_value());
    }
    let prefix = std::path::Path::new(&config.executable).parent().and_then(|bin| bin.parent());
    let prefix = text(&prefix.map(|prefix| prefix.to_string_lossy().into_owned()).unwrap_or_default());
    for name in ["prefix", "exec_prefix", "base_prefix", "base_exec_prefix"] {
        vm.dict_set_str(dict, name, prefix.clone());
    }
    let mut version: Vec<Value> = VERSION.iter().map(|part| Value::Int(*part)).collect();
    version.extend([text("final"), Value::Int(0)]);
    let fields = &["major", "minor", "micro", "releaselevel", "serial"];
    let version = sequence(vm, dict, "version_info", fields, version)?;
    let implementation = Dict::new();
    for (name, value) in [
        ("name", text("mini")),
        ("cache_tag", Value::None),
        ("version", version),
        ("hexversion", Value::Int(HEX_VERSION)),
    ] {
        vm.dict_set_str(&implementation, name, value);
    }
    let namespace = vm.known(Known::SimpleNamespace).into_value();
    let implementation = vm.call(&namespace, &[implementation.into_value()])?;
    vm.dict_set_str(dict, "implementation", implementation);
    numbers(vm, dict)?;
    flags(vm, dict, config)
}

fn numbers(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    let int = Value::Int;
    let fields = &[
        "max",
        "max_exp",
        "max_10_exp",
        "min",
        "min_exp",
        "min_10_exp",
        "dig",
        "mant_dig",
        "epsilon",
        "radix",
        "rounds",
    ];
    let items = vec![
        Value::float(f64::MAX),
        int(f64::MAX_EXP.into()),
        int(f64::MAX_10_EXP.into()),
        Value::float(f64::MIN_POSITIVE),
        int(f64::MIN_EXP.into()),
        int(f64::MIN_10_EXP.into()),
        int(f64::DIGITS.into()),
        int(f64::MANTISSA_DIGITS.into()),
        Value::float(f64::EPSILON),
        int(f64::RADIX.into()),
        int(1),
    ];
    sequence(vm, dict, "float_info", fields, items)?;
    let fields = &["bits_per_digit", "sizeof_digit", "default_max_str_digits", "str_digits_check_threshold"];
    sequence(vm, dict, "int_info", fields, vec![int(30), int(4), int(4300), int(640)])?;
    let fields = &["width", "modulus", "inf", "nan", "imag", "algorithm", "hash_bits", "seed_bits", "cutoff"];
    let items = vec![
        int(64),
        int((1 << 61) - 1),
        int(314_159),
        int(0),
        int(1_000_003),
        Value::str("foldhash"),
        int(64),
        int(0),
        int(0),
    ];
    sequence(vm, dict, "hash_info", fields, items)?;
    let items = vec![Value::str("pthread"), Value::str("mutex+cond"), Value::None];
    sequence(vm, dict, "thread_info", &["name", "lock", "version"], items)?;
    Ok(())
}

fn flags(vm: &mut Vm, dict: &Ptr<Dict>, config: &SysConfig) -> Result<(), Raised> {
    let fields = &[
        "debug",
        "inspect",
        "interactive",
        "optimize",
        "dont_write_bytecode",
        "no_user_site",
        "no_site",
        "ignore_environment",
        "verbose",
        "bytes_warning",
        "quiet",
        "hash_randomization",
        "isolated",
        "dev_mode",
        "utf8_mode",
        "warn_default_encoding",
        "safe_path",
        "int_max_str_digits",
    ];
    let items = fields.iter().map(|field| match *field {
        "inspect" => Value::Int(config.inspect.into()),
        "interactive" => Value::Int((config.inspect || config.interactive).into()),
        "quiet" => Value::Int(config.quiet.into()),
        "dont_write_bytecode" | "no_user_site" | "no_site" | "utf8_mode" => Value::Int(1),
        "dev_mode" | "safe_path" => Value::bool(false),
        "int_max_str_digits" => Value::Int(4300),
        _ => Value::Int(0),
    });
    let items = items.collect();
    sequence(vm, dict, "flags", fields, items)?;
    Ok(())
}
