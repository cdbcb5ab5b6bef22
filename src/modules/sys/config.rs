//! What an interpreter was started with.

/// What the embedder or the command line says about the program, for `sys`.
#[derive(Clone, Debug, Default)]
pub struct SysConfig {
    /// `sys.argv`.
    pub argv: Vec<String>,
    /// `sys.orig_argv`.
    pub orig_argv: Vec<String>,
    /// `sys.executable`.
    pub executable: String,
    /// The beginning of `sys.path`: the script's folder.
    pub path: Vec<String>,
    /// `sys.warnoptions`.
    pub warn_options: Vec<String>,
    /// Output is written at once.
    pub unbuffered: bool,
    /// The prompt follows the program, if there is one (`-i`).
    pub inspect: bool,
    /// The prompt is used.
    pub interactive: bool,
    /// The prompt does not introduce itself.
    pub quiet: bool,
}

impl SysConfig {
    /// `sys.path`: the script's folder, then the entries of `MINIPATH`.
    pub fn search_path(&self) -> Vec<String> {
        let mut path = self.path.clone();
        if let Ok(entries) = std::env::var("MINIPATH") {
            path.extend(entries.split(':').filter(|entry| !entry.is_empty()).map(str::to_owned));
        }
        path
    }
}
