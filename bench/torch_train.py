"""Samples a second of a network in torch, data in memory: bench/torch_train.py MODEL BATCH THREADS.

MODEL is mlp, mlp_dropout or logistic. What is timed: slice a minibatch, forward, loss, zero_grad, backward,
Adam's step. scripts/bench gives torch the settings it is fastest with."""
import statistics
import sys
import time

import torch
from torch import nn

model, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)
layers = {
    "mlp": [nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)],
    "mlp_dropout": [nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 512), nn.ReLU(),
                    nn.Dropout(0.5), nn.Linear(512, 10)],
    "logistic": [nn.Linear(784, 10)],
}
network = nn.Sequential(*layers[model])
examples = 60000
x, y = torch.rand(examples, 784), torch.randint(0, 10, (examples,))
method = torch.optim.Adam(network.parameters(), lr=1e-3, foreach=True)
loss_of = nn.CrossEntropyLoss()


def train(first):
    loss = loss_of(network(x[first:first + batch]), y[first:first + batch])
    network.zero_grad(set_to_none=True)
    loss.backward()
    method.step()


def seconds_of(steps):
    start = time.perf_counter()
    for i in range(steps):
        train(i * batch % (examples - batch))
    return (time.perf_counter() - start) / steps


steps = max(5, int(0.3 / seconds_of(10)))
print(batch / statistics.median(seconds_of(steps) for _ in range(3)))
