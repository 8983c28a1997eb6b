extension ResourceType {
    /// Whether the element at `field` of a resource of this type can hold a reference to a secret: in a system type
    /// those of ``SecretField/all``, and each one called `secret`, at whatever depth.
    package func canRefer(from field: String) -> Bool {
        let path = field.split(separator: ".").map { String($0) }
        guard kind == .system, let name = path.last else { return false }
        return SecretField.holds(name, at: path.dropLast(), of: self)
    }
}
