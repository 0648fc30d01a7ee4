"""Write data/inception_reference.npz: features that the published network itself gives.

Run by hand, where PyTorch is installed; the tests need only what it writes:

    python make_inception_reference.py default_1.pt mnist/t10k-images-idx3-ubyte fashion/t10k-images-idx3-ubyte

Nothing here comes from the package under test: PyTorch runs the file as published and enlarges the
images itself. The IDX files may be plain or have .gz.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np
import torch

OUTPUT = Path(__file__).parent / "data" / "inception_reference.npz"
N_MNIST = 4
N_FASHION = 2
INPUT_SIZE = 299


def read_images(path: Path, count: int) -> np.ndarray:
    open_file = gzip.open if path.suffix == ".gz" else open
    with open_file(path, "rb") as file:
        magic, _, height, width = np.frombuffer(file.read(16), ">u4")
        if magic != 0x00000803:
            raise SystemExit(f"{path} is no IDX file of images")
        pixels = file.read(int(count * height * width))
    return np.frombuffer(pixels, np.uint8).reshape(count, height, width)


def features(network: torch.jit.ScriptModule, images: np.ndarray) -> np.ndarray:
    grey = torch.from_numpy(images.astype(np.float32))[:, None]
    enlarged = torch.nn.functional.interpolate(
        grey, size=(INPUT_SIZE, INPUT_SIZE), mode="bilinear", align_corners=False, antialias=False
    )
    with torch.inference_mode():
        return network(((enlarged - 128) / 128).repeat(1, 3, 1, 1)).numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("mnist", type=Path, help="test images of MNIST")
    parser.add_argument("fashion", type=Path, help="test images of Fashion-MNIST")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    network = torch.jit.load(arguments.weights, map_location="cpu").eval()
    images = np.concatenate([read_images(arguments.mnist, N_MNIST), read_images(arguments.fashion, N_FASHION)])
    np.savez_compressed(OUTPUT, images=images, features=features(network, images))


if __name__ == "__main__":
    main()
