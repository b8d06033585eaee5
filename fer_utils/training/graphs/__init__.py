"""Gradient descent on the evolved graph itself: its own topology, first weights drawn at random (paper, figure 12).

`fit` trains the layered form, which has many times the graph's weights. Here only the graph's own connections are free,
and the gradient flows back through the nodes, by autograd. It is the paper's control for the topology: with that alone,
without the way it was found, gradient descent got stuck.

The modules, lowest first: `graph` (topology, loss, first weights), `runs` (what comes back, and how it is stored),
`walking` (one seed's way), `fitting` (the whole).

Conventions that bite: weights are flat float32, in the order in which nodes are evaluated and, within a node, of the
genome's file. Connections that lead to no output take no part. Seeds are trained one after the other, so that each is
the same to the bit as if it were alone.
"""

from __future__ import annotations

from fer_utils.training.graphs.fitting import fit_graph
from fer_utils.training.graphs.graph import Graph, mean_colour_loss
from fer_utils.training.graphs.runs import GraphRun

__all__ = ["Graph", "GraphRun", "fit_graph", "mean_colour_loss"]
