/// What names one resource on this server: `Client/basic`.
package struct ResourceKey: Sendable, Hashable {
    package let type: ResourceType
    package let id: LogicalID

    package init(type: ResourceType, id: LogicalID) {
        self.type = type
        self.id = id
    }

    package var text: String { "\(type.name)/\(id.text)" }
}
