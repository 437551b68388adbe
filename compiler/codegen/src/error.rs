//! Why a program could not be compiled: never the user's mistake.

use std::fmt;

/// A failure of code generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodegenError {
    /// This machine, or this kind of machine, cannot be compiled for.
    Target(String),
    /// The program breaks a promise of a verified program.
    Program(String),
    /// The code generator refused a function, or there was no memory for it.
    Backend(String),
}

impl CodegenError {
    /// A broken promise: something the program refers to and does not have.
    pub(crate) fn missing(what: impl fmt::Display) -> CodegenError {
        CodegenError::Program(format!("{what} does not exist"))
    }
}

impl fmt::Display for CodegenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodegenError::Target(why) => write!(f, "no native code for this machine: {why}"),
            CodegenError::Program(why) => write!(f, "not a verified program: {why}"),
            CodegenError::Backend(why) => write!(f, "the code generator failed: {why}"),
        }
    }
}

impl std::error::Error for CodegenError {}

impl From<cranelift_module::ModuleError> for CodegenError {
    fn from(error: cranelift_module::ModuleError) -> CodegenError {
        use cranelift_codegen::CodegenError as Refusal;
        CodegenError::Backend(match error {
            // The words of this one do not say what was wrong.
            cranelift_module::ModuleError::Compilation(Refusal::Verifier(errors)) => errors.to_string(),
            other => other.to_string(),
        })
    }
}

impl From<cranelift_codegen::settings::SetError> for CodegenError {
    fn from(error: cranelift_codegen::settings::SetError) -> CodegenError {
        CodegenError::Target(error.to_string())
    }
}
