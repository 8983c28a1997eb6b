/// What the head of a response is made of, written into room that must be there: a message reserves it once, and more
/// than it reserved stops the program.
extension OutputSpan<UInt8> {
    @inline(__always)
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(copying: $0.span) }
    }

    mutating func append(copying bytes: Span<UInt8>) {
        precondition(bytes.count <= freeCapacity, "More than was reserved for a message.")
        unsafe withUnsafeMutableBufferPointer { room, count in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                guard let first = bytes.baseAddress else { return }
                unsafe room.baseAddress?.advanced(by: count).initialize(from: first, count: bytes.count)
            }
            count += bytes.count
        }
    }

    /// A number that is not negative, in decimal.
    mutating func append(decimal number: Int) {
        if number > 9 { append(decimal: number / 10) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }

    /// A number below 100 as two digits.
    mutating func append(twoDigits number: Int) {
        let (tens, ones) = UInt8(truncatingIfNeeded: number).quotientAndRemainder(dividingBy: 10)
        append(UInt8(ascii: "0") + tens)
        append(UInt8(ascii: "0") + ones)
    }

    mutating func endLine() {
        append(.carriageReturn)
        append(.lineFeed)
    }
}

extension [UInt8] {
    /// Appends a field line. No value may end it: whatever reached a response from outside cannot split it in two.
    mutating func append(_ name: FieldName, _ value: String) {
        append(addingCapacity: name.lineStart.utf8CodeUnitCount + value.utf8.count + 2) { line in
            line.append(name.lineStart)
            for byte in value.utf8 { line.append(byte < .space || byte == 0x7f ? .space : byte) }
            line.endLine()
        }
    }
}
