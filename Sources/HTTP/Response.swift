/// A response: status, field lines and content. `Date`, `Content-Length` and `Connection` are the connection's to add.
package struct Response: Sendable {
    package let status: Status
    /// The media type of the content.
    let type: StaticString?
    package var content: [UInt8]
    /// What the request is called: `X-Request-Id`.
    package var requestName: RequestName?
    /// The number of the version that the response is about, which is its weak entity tag: `ETag` (RFC 9110 §8.8.3).
    package var version: Int?
    package var lastModified: HTTPDate?
    /// All other field lines, encoded as they are added; most responses have none.
    private var lines: [UInt8] = []

    package init(_ status: Status, content: [UInt8] = [], type: StaticString? = nil) {
        self.status = status
        self.type = type
        self.content = content
    }

    /// Plain text, for what is no FHIR.
    package static func plain(_ status: Status, _ text: String) -> Response {
        Response(status, content: Array("\(text)\n".utf8), type: "text/plain; charset=utf-8")
    }

    /// Adds a field line.
    package mutating func add(_ name: FieldName, _ value: String) {
        lines.append(name, value)
    }

    /// The value of the first field of this name.
    package subscript(name: FieldName) -> String? {
        let lines = [UInt8](capacity: room) { writeFields(to: &$0) }
        for line in String(decoding: lines, as: UTF8.self).split(separator: "\r\n") {
            if line.hasPrefix("\(name.lineStart)") { return String(line.dropFirst(name.lineStart.utf8CodeUnitCount)) }
        }
        return nil
    }

    /// What the connection decides about one response.
    struct Delivery {
        /// The request was HEAD: everything but the content is sent (RFC 9110 §9.3.2).
        let omitsContent: Bool
        let closes: Bool
        /// HTTP/1.0 clients are told when the connection stays open.
        let saysKeepAlive: Bool
        /// The `Date` field line.
        let date: [UInt8]
    }

    func write(to output: inout [UInt8], _ delivery: Delivery) {
        output.append(addingCapacity: room + delivery.date.count + content.count) { output in
            output.append(status.line)
            output.append(copying: delivery.date.span)
            writeFields(to: &output)
            if !status.forbidsContent {
                output.append(FieldName.contentLength.lineStart)
                output.append(decimal: content.count)
                output.endLine()
            }
            if delivery.closes {
                output.append("Connection: close\r\n")
            } else if delivery.saysKeepAlive {
                output.append("Connection: keep-alive\r\n")
            }
            output.endLine()
            if !delivery.omitsContent, !status.forbidsContent { output.append(copying: content.span) }
        }
    }

    /// Bytes that the head takes at most, without the connection's own field lines: 384 are more than all those take
    /// whose length is limited.
    private var room: Int { 384 + (type?.utf8CodeUnitCount ?? 0) + lines.count }

    private func writeFields(to output: inout OutputSpan<UInt8>) {
        if let type {
            output.append(FieldName.contentType.lineStart)
            output.append(type)
            output.endLine()
        }
        if let version {
            output.append(FieldName.eTag.lineStart)
            output.append("W/\"")
            output.append(decimal: version)
            output.append(.quote)
            output.endLine()
        }
        if let lastModified {
            output.append(FieldName.lastModified.lineStart)
            lastModified.write(to: &output)
            output.endLine()
        }
        output.append(copying: lines.span)
        if let requestName {
            output.append(FieldName.xRequestID.lineStart)
            requestName.write(to: &output)
            output.endLine()
        }
    }
}
