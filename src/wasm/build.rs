//! The crate makes two WebAssembly modules: the core that every page loads, and
//! the compiler, which only whoever writes policies needs. `cargo xtask build`
//! asks for the second one through the environment.

fn main() {
    println!("cargo:rustc-check-cfg=cfg(tidegate_compiler)");
    println!("cargo:rerun-if-env-changed=TIDEGATE_MODULE");
    if std::env::var_os("TIDEGATE_MODULE").is_some_and(|module| module == "compiler") {
        println!("cargo:rustc-cfg=tidegate_compiler");
    }
}
