/** Container instance of the EC2 launch type: this machine, or a part of it. Plain data, written to disk as it is; times are milliseconds since the epoch. */
export interface ContainerInstanceRecord {
  arn: string;
  id: string;
  clusterArn: string;
  /** `i-` and 17 hex digits. */
  ec2InstanceId: string;
  status: "ACTIVE" | "INACTIVE";
  /** CPU units (1024 = one vCPU). */
  cpu: number;
  /** MiB. */
  memory: number;
  /** Ports that no task can use, such as SSH's. */
  reservedPorts: { tcp: string[]; udp: string[] };
  attributes: { name: string; value?: string }[];
  /** Loopback address to which its tasks' host ports are bound. */
  address: string;
  registeredAt: number;
  version: number;
}

export interface AccountSettingRecord {
  name: string;
  value: string;
  principalArn: string;
}

/** Port of the container instance that leads to a port of a container. */
export interface NetworkBinding {
  bindIP: string;
  containerPort: number;
  hostPort: number;
  protocol: "tcp" | "udp";
}

/** Item of a capacity provider strategy, with ECS's defaults filled in. */
export interface StrategyItem {
  capacityProvider: string;
  weight: number;
  base: number;
}
