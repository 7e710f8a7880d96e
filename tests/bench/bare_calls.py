"""Bare scripts: what one writes to time a model without edgetop, a function a framework.

Each takes the model's files, a picture in NCHW and the name of the variant, loads on one thread, and gives the call
to be timed. The calls are those that edgetop's backends make.
"""

from __future__ import annotations

import os

import numpy as np


def _interpreter(module, paths, picture, variant):
    resolver = {"builtin": "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "reference": "BUILTIN_REF"}.get(variant, "AUTO")
    interpreter = module.Interpreter(
        model_path=paths[0], num_threads=1, experimental_op_resolver_type=module.OpResolverType[resolver]
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], nhwc(picture))
    return interpreter.invoke


def nhwc(picture):
    return np.ascontiguousarray(picture.transpose(0, 2, 3, 1))


def litert(paths, picture, variant):
    from ai_edge_litert import interpreter

    return _interpreter(interpreter, paths, picture, variant)


def tflite(paths, picture, variant):
    from tflite_runtime import interpreter

    return _interpreter(interpreter, paths, picture, variant)


def torch(paths, picture, variant):
    import torch

    torch.set_num_threads(1)
    module = _torch_module(torch, paths[0], variant)
    tensor = torch.from_numpy(picture)

    def call():
        with torch.inference_mode():
            module(tensor)

    return call


def _torch_module(torch, path, variant):
    if variant == "eager":
        from edgetop.networks.neutral import read
        from edgetop.networks.writers.torch_modules import module

        return module(read(path))
    if variant == "export":
        return torch.export.load(path).module()
    if variant == "mobile":
        from torch.jit.mobile import _load_for_lite_interpreter

        torch.backends.quantized.engine = "qnnpack"
        return _load_for_lite_interpreter(path)
    if variant not in ("frozen", "script"):
        torch.backends.quantized.engine = variant
    module = torch.jit.load(path).eval()
    if variant != "script":
        module = torch.jit.freeze(module)
    return torch.jit.optimize_for_inference(module) if variant == "frozen" else module


def executorch(paths, picture, variant):
    import torch
    from executorch.extension.pybindings import portable_lib

    portable_lib._unsafe_reset_threadpool(1)
    program = portable_lib._load_for_executorch(paths[0])
    inputs = [torch.from_numpy(picture)]
    return lambda: program.forward(inputs)


def caffe(paths, picture, variant):
    import cv2

    cv2.setNumThreads(1)
    net = cv2.dnn.readNetFromCaffe(*paths)
    net.setInput(picture)
    return net.forward


def pycaffe(paths, picture, variant):
    os.environ["GLOG_minloglevel"] = "2"  # noqa: SIM112, its own name
    import caffe

    net = caffe.Net(*paths, caffe.TEST)
    net.blobs[net.inputs[0]].data[...] = picture
    return net.forward


def onnxruntime(paths, picture, variant):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(paths[0], options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_cpu_input(session.get_inputs()[0].name, picture)
    for output in session.get_outputs():
        binding.bind_output(output.name)
    return lambda: session.run_with_iobinding(binding)


def ncnn(paths, picture, variant):
    import ncnn

    net = ncnn.Net()
    net.opt.num_threads = 1
    net.opt.use_vulkan_compute = False
    for option in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic"):
        setattr(net.opt, option, variant == "storage" and option != "use_fp16_arithmetic")
    net.load_param(paths[0])
    net.load_model(paths[1])
    source, result = net.input_names()[0], net.output_names()[0]
    mat = ncnn.Mat(picture[0]).clone()

    def call():
        extractor = net.create_extractor()
        extractor.input(source, mat)
        return extractor.extract(result)

    return call


def openvino(paths, picture, variant):
    import openvino

    settings = {"NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    request = openvino.Core().compile_model(paths[0], "CPU", settings).create_infer_request()
    request.set_input_tensor(openvino.Tensor(nhwc(picture) if variant == "tflite" else picture))
    return lambda: request.infer(share_outputs=True)


def tvm(paths, picture, variant):
    os.environ["TVM_BIND_THREADS"] = "0"
    import onnx
    import tvm
    from tvm import relax
    from tvm.relax.frontend.onnx import from_onnx

    model = onnx.load(paths[0])
    module = from_onnx(model, {model.graph.input[0].name: list(picture.shape)})
    machine = relax.VirtualMachine(tvm.compile(module, target="llvm"), tvm.cpu())
    run, tensor = machine["main"], tvm.runtime.tensor(picture)
    return lambda: run(tensor)


def numpy(paths, picture, variant):
    from edgetop.networks.neutral import read
    from edgetop.networks.reference import activations

    graph = read(paths[0])
    return lambda: activations(graph, picture, np.float32, keep=graph.outputs)
