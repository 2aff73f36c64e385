KUBERNETES_ASSETS=(
    https://example.org/kubernetes/a.squashfs
    https://example.org/kubernetes/b.iso
)
