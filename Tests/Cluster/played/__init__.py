"""A pod and its volumes on one machine, without a cluster: the image in a sandbox, and the hands of kubelet."""
