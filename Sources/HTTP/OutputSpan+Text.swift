/// What the head of a response is made of, written into room that must be there: a message reserves it once, and more
/// than it reserved stops the program.
extension OutputSpan<UInt8> {
    mutating func append(_ text: StaticString) {
        unsafe withUnsafeMutableBufferPointer { room, count in
            text.withUTF8Buffer { text in
                count = unsafe room[count...].initialize(fromContentsOf: text)
            }
        }
    }

    mutating func append(copying bytes: Span<UInt8>) {
        unsafe withUnsafeMutableBufferPointer { room, count in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                count = unsafe room[count...].initialize(fromContentsOf: bytes)
            }
        }
    }

    /// A number that is not negative, in decimal.
    mutating func append(decimal number: Int) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = digits.count
        var rest = number
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        while start < digits.count {
            append(digits[start])
            start += 1
        }
    }

    /// The last two digits of a number that is not negative.
    mutating func append(twoDigits number: Int) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
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
