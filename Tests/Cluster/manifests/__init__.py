"""What is asked of the files in k8s/. Each question is a function from the manifests of one overlay to its findings."""
