"""The same networks and losses in Keras on torch, trained by its `fit`.

What is not a plain loss has the `train_step` that the guides of Keras show for torch.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch
from keras import layers, ops
from torch import Tensor

from tests.bench.rivals import Work
from tests.bench.training_loop import Loop


class Clock(keras.callbacks.Callback):
    """Processor seconds from the first step to the last."""

    def on_train_begin(self, logs: object = None) -> None:
        del logs
        self.start = time.process_time()

    def on_train_end(self, logs: object = None) -> None:
        del logs
        self.seconds = time.process_time() - self.start


def update(model: keras.Model, loss: Tensor, optimizer: keras.optimizers.Optimizer) -> None:
    """A step of the weights of a model."""
    loss.backward()
    weights = model.trainable_weights
    gradients = [weight.value.grad for weight in weights]
    with torch.no_grad():
        optimizer.apply(gradients, weights)


def autoencoder() -> keras.Model:
    """784-128-64-128-784."""
    dense = [layers.Dense(n, activation="relu") for n in (128, 64, 128)]
    net = keras.Sequential([keras.Input((784,)), *dense, layers.Dense(784, activation="sigmoid")])
    net.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
    return net


class VariationalAutoencoder(keras.Model):
    """Two convolutions and back, on digits of 8x8."""

    def __init__(self) -> None:
        super().__init__()
        x = keras.Input((8, 8, 1))
        h = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
        h = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(h)
        h = layers.Flatten()(h)
        self.encoder = keras.Model(x, [layers.Dense(8)(h), layers.Dense(8)(h)])
        dense = [
            keras.Input((8,)),
            layers.Dense(1024, activation="relu"),
            layers.Reshape((4, 4, 64)),
        ]
        up = layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="relu")
        self.decoder = keras.Sequential([*dense, up, layers.Conv2D(1, 3, padding="same")])
        self.compile(optimizer=keras.optimizers.Adam(1e-3))
        self.built = True

    def train_step(self, x: Tensor) -> dict[str, Tensor]:
        mu, logvar = self.encoder(x, training=True)
        z = mu + ops.exp(0.5 * logvar) * keras.random.normal(ops.shape(mu))
        pixels = keras.losses.binary_crossentropy(
            x, self.decoder(z, training=True), from_logits=True
        )
        error = ops.sum(ops.mean(ops.reshape(pixels, (-1, 64)), axis=0))
        kl = -0.5 * ops.sum(1 + logvar - ops.square(mu) - ops.exp(logvar)) / len(x)
        self.zero_grad()
        update(self, error + kl, self.optimizer)
        return {"loss": (error + kl).detach()}


class Adversaries(keras.Model):
    """A generator and a discriminator with an optimizer each."""

    def __init__(self, generator: keras.Model, discriminator: keras.Model, noise: int) -> None:
        super().__init__()
        self.generator, self.discriminator, self.noise = generator, discriminator, noise
        self.first, self.second = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)
        self.judge = keras.losses.BinaryCrossentropy(from_logits=True)
        self.compile()
        self.built = True

    def train_step(self, x: Tensor) -> dict[str, Tensor]:
        fake = self.generator(keras.random.normal((len(x), self.noise)), training=True)
        first = self.judged(x, ops.ones) + self.judged(fake.detach(), ops.zeros)
        self.zero_grad()
        update(self.discriminator, first, self.first)
        second = self.judged(fake, ops.ones)
        self.zero_grad()
        update(self.generator, second, self.second)
        return {"discriminator": first.detach(), "generator": second.detach()}

    def judged(self, x: Tensor, target: Callable[..., Tensor]) -> Tensor:
        logits = self.discriminator(x, training=True)
        loss: Tensor = self.judge(target(ops.shape(logits)), logits)
        return loss


def clouds() -> keras.Model:
    """Dense networks for points of the plane."""
    hidden = [layers.Dense(128, activation="relu") for _ in range(2)]
    generator = keras.Sequential([keras.Input((16,)), *hidden, layers.Dense(2)])
    hidden = [layer for _ in range(2) for layer in (layers.Dense(128), layers.LeakyReLU(0.2))]
    return Adversaries(
        generator, keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1)]), 16
    )


def convolutional() -> keras.Model:
    """The networks of the DCGAN on digits of 8x8."""

    def up(channels: int, size: int, **settings: object) -> keras.layers.Layer:
        return layers.Conv2DTranspose(channels, size, use_bias=False, **settings)

    def down(channels: int) -> keras.layers.Layer:
        return layers.Conv2D(channels, 4, strides=2, padding="same", use_bias=False)

    generator = keras.Sequential([
        keras.Input((32,)), layers.Reshape((1, 1, 32)),
        up(128, 2), layers.BatchNormalization(), layers.ReLU(),
        up(64, 4, strides=2, padding="same"), layers.BatchNormalization(), layers.ReLU(),
        up(1, 4, strides=2, padding="same", activation="tanh"),
    ])  # fmt: skip
    discriminator = keras.Sequential([
        keras.Input((8, 8, 1)), down(64), layers.LeakyReLU(0.2),
        down(128), layers.BatchNormalization(), layers.LeakyReLU(0.2),
        layers.Conv2D(1, 2, use_bias=False), layers.Flatten(),
    ])  # fmt: skip
    return Adversaries(generator, discriminator, 32)


MODELS: dict[str, Callable[[], keras.Model]] = {
    "deck_sigmoid_mse": autoencoder,
    "digits_vae": VariationalAutoencoder,
    "gaussians_gan": clouds,
    "dcgan_digits": convolutional,
}


def keras_fit(work: Work) -> Loop:
    """`fit` with no bar; images have their channels last, as Keras wants them."""
    keras.utils.set_random_seed(0)
    net = MODELS[work.name]()
    rows = work.rows.permute(0, 2, 3, 1) if work.rows.ndim == 4 else work.rows
    x = rows.contiguous().numpy()
    targets = x if work.name == "deck_sigmoid_mse" else None

    def run() -> float:
        clock = Clock()
        net.fit(x, targets, batch_size=work.batch, epochs=work.epochs, verbose=0, callbacks=[clock])
        return float(clock.seconds)

    return run
