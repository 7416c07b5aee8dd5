"""The processor that runs us, and LLVM's compiler for it."""

from dataclasses import dataclass

from llvmlite import binding as llvm
from llvmlite import ir


@dataclass(frozen=True)
class Target:
    """What of a processor the code depends on."""

    bits: int
    """Of a vector register."""
    n_registers: int
    has_fma: bool


def host_target() -> Target:
    """This machine's processor."""
    features = llvm.get_host_cpu_features()
    if llvm.get_process_triple().startswith(("aarch64", "arm64")):
        return Target(bits=128, n_registers=32, has_fma=True)
    if features.get("avx512f"):
        return Target(bits=512, n_registers=32, has_fma=True)
    if features.get("avx2") and features.get("fma"):
        return Target(bits=256, n_registers=16, has_fma=True)
    return Target(bits=128, n_registers=16, has_fma=False)


def compile_module(module: ir.Module) -> llvm.ExecutionEngine:
    """Machine code for this processor; keep the engine as long as its functions are called."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    # some processors halve wide vectors unless told not to
    flags = features.flatten() + (",-prefer-256-bit" if features.get("avx512f") else "")
    machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=flags, opt=3
    )
    parsed = llvm.parse_assembly(str(module))
    # vectors and tiles are written out already: what loops would gain by more of either, they lose in compile time
    options = llvm.PipelineTuningOptions(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(parsed, builder)
    engine = llvm.create_mcjit_compiler(parsed, machine)
    engine.finalize_object()
    return engine
