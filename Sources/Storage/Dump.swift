import FHIR

extension ResourceStore {
    /// Resources that a walk through all of them takes at once.
    package static var walkPage: Int { 1_000 }

    /// Hands every resource that is not deleted to `visit`, by type name and then by id, both in the order of their
    /// bytes.
    package func forEachCurrent<Failure: Error>(_ visit: (StoredVersion) throws(Failure) -> Void) throws(Failure) {
        for type in types() {
            var after: LogicalID?
            while true {
                let page = page(of: type, after: after, limit: Self.walkPage)
                for version in page { try visit(version) }
                guard let last = page.last else { break }
                after = last.key.id
            }
        }
    }
}
