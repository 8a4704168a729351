package io.infloop.demo.plugin.v2;

import io.infloop.demo.plugin.common.Stamp;
import io.infloop.spi.node.NodeType;
import org.osgi.service.component.annotations.Component;

/** The stamp of version 2. */
@Component(service = NodeType.class)
public final class StampV2 extends Stamp {
    public StampV2() {
        super("2.0.0");
    }
}
