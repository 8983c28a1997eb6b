extension ResourceType {
    /// Whether the element at `field` of a resource of this type can hold a reference to a secret: of a system type
    /// each one called `secret`, at whatever depth.
    package func canRefer(from field: String) -> Bool {
        kind == .system && field.split(separator: ".").last == "secret"
    }
}
