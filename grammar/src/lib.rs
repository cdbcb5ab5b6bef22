//! Tokens, layout, grammar and syntax tree of the Mini language.
