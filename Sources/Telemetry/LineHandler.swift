package import Logging

/// The swift-log handler of Keyward: one record, one line, handed to a sink that never blocks.
///
/// The message of a record is constant; what varies is a field. The error of a record, if it has one, becomes the field
/// `error`. Where names clash, the record's own fields win over the provider's, and those over the logger's.
package struct LineHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let format: LineFormat
    private let sink: LineSink

    package init(level: Logger.Level, format: LineFormat, sink: LineSink) {
        self.logLevel = level
        self.format = format
        self.sink = sink
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let error = event.error { fields["error"] = "\(error)" }
        if let own = event.metadata { fields.merge(own) { $1 } }
        let (level, message, time) = (event.level, event.message.description, format.now())
        sink.write { [format, fields] in format.line(level, message, fields, at: time) }
    }
}
