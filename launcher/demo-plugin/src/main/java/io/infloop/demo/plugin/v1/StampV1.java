package io.infloop.demo.plugin.v1;

import io.infloop.demo.plugin.common.Stamp;
import io.infloop.spi.node.NodeType;
import org.osgi.service.component.annotations.Component;

/** The stamp of version 1. */
@Component(service = NodeType.class)
public final class StampV1 extends Stamp {
    public StampV1() {
        super("1.0.0");
    }
}
