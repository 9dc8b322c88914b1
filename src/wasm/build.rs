//! The crate makes three WebAssembly modules: the core that every page loads, the
//! compiler, which only whoever writes policies needs, and the core of
//! mini-programs, which have no document. `cargo xtask build` asks for the last
//! two through the environment.

fn main() {
    println!("cargo:rustc-check-cfg=cfg(tidegate_compiler, tidegate_miniprogram)");
    println!("cargo:rerun-if-env-changed=TIDEGATE_MODULE");
    let module = std::env::var_os("TIDEGATE_MODULE").unwrap_or_default();
    for name in ["compiler", "miniprogram"] {
        if module == name {
            println!("cargo:rustc-cfg=tidegate_{name}");
        }
    }
}
