/// A response: status, field lines and content. `Date`, `Content-Length` and `Connection` are the connection's to add.
package struct Response: Sendable {
    package let status: Status
    /// The media type of the content.
    let type: StaticString?
    package var content: [UInt8]
    /// The field lines, encoded as they are added.
    private var lines: [UInt8] = []

    package init(_ status: Status, content: [UInt8] = [], type: StaticString? = nil) {
        self.status = status
        self.type = type
        self.content = content
        lines.reserveCapacity(256)
        guard let type else { return }
        add(.contentType) { $0.append(type) }
    }

    /// Plain text, for what is no FHIR.
    package static func plain(_ status: Status, _ text: String) -> Response {
        Response(status, content: Array("\(text)\n".utf8), type: "text/plain; charset=utf-8")
    }

    /// Adds a field line.
    package mutating func add(_ name: FieldName, _ value: String) {
        lines.append(name, value)
    }

    /// Adds a field line whose value `write` appends, which must be of our own making.
    package mutating func add(_ name: FieldName, writing write: (inout [UInt8]) -> Void) {
        lines.append(name.lineStart)
        write(&lines)
        lines.endLine()
    }

    /// Adds a field line whose value is a number as a weak entity tag (RFC 9110 §8.8.3).
    package mutating func add(_ name: FieldName, weakly number: Int) {
        add(name) { value in
            value.append("W/\"")
            value.append(decimal: number)
            value.append("\"")
        }
    }

    /// Adds a field line whose value is a moment.
    package mutating func add(_ name: FieldName, _ date: HTTPDate) {
        add(name) { date.write(to: &$0) }
    }

    /// The value of the first field of this name.
    package subscript(name: FieldName) -> String? {
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
        output.reserveCapacity(output.count + 128 + lines.count + content.count)
        output.append(status.line)
        output += delivery.date
        output += lines
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
        if !delivery.omitsContent, !status.forbidsContent { output += content }
    }
}

extension [UInt8] {
    mutating func endLine() {
        append("\r\n")
    }

    /// Appends a field line. No value may end it: whatever reached a response from outside cannot split it in two.
    mutating func append(_ name: FieldName, _ value: String) {
        append(name.lineStart)
        let start = count
        append(copying: value.utf8.span)
        for index in start..<count where self[index] < .space || self[index] == 0x7f { self[index] = .space }
        endLine()
    }
}
